import { fromBase64 } from 'lib0/buffer';
import { decodeUtf8 } from 'lib0/string';
import type { EngineShard, Slab } from '../../shaders/engine.js';
import { NotAsSealedError, StoreError } from '../errors.js';
import { type Box, cellCount, type Triple } from '../grid/box.js';
import { brickBox, brickIndex, bricksOf } from '../grid/bricks.js';
import { piecesOf } from '../grid/pieces.js';
import type { Job } from '../job/job.js';
import { stateArrays, stateName } from '../job/states.js';
import { checkpointBrickKey, inputBrickKey, sealKey } from '../protocol/keys.js';
import { digestOf, sealSchema, unpackRuns } from '../protocol/seal.js';
import { decodeCells } from '../result/cells.js';
import { type Digest, isDigestOf } from '../trust/statement/brick-digest.js';
import { breathe } from './breathe.js';
import { KnownCheckpoint } from './brick-memory.js';
import type { Objects } from './objects.js';

export type Readable = Pick<Objects, 'get'>;

/** Bricks fetched at once. */
const AT_ONCE = 4;

/** The job file's initial state. Throws StoreError when an input's brick is missing. */
export async function loadInitial(
  job: Job,
  id: string,
  box: Box,
  shard: EngineShard,
  objects: Readable,
): Promise<void> {
  for (const array of stateArrays(job)) {
    const name = stateName(job.components[array.component] ?? '', array.field);
    const initial = job.initial.get(name);
    if (!initial) continue;
    switch (initial.kind) {
      case 'formula':
        await eachPiece(box, (piece) =>
          shard.write([{ ...array, box: piece }], initial.fill(array.level, piece)),
        );
        break;
      case 'array': {
        const level = initial.levels.includes(array.level) ? array.level : 'now';
        await eachBrick(job, box, async (brick, cells) => {
          const bytes = await need(objects, inputBrickKey(id, name, level, brick));
          await shard.write([{ ...array, box: cells }], await decodeCells(bytes, cellCount(cells)));
        });
        break;
      }
    }
  }
}

/**
 * A sealed state, and what of it this shard knows from now on. Bricks that are all zeros are not read: a shard begins
 * with zeros. Throws StoreError when the seal or a brick is missing, NotAsSealedError when a brick is another than was sealed.
 */
export async function loadCheckpoint(
  job: Job,
  id: string,
  seal: number,
  box: Box,
  shard: EngineShard,
  { objects, digest }: { readonly objects: Readable; readonly digest: Digest },
): Promise<KnownCheckpoint> {
  const { name, bricks, digests } = await readSeal(id, seal, objects);
  const sealed = digests === undefined ? undefined : fromBase64(digests);
  const places = unpackRuns(bricks);
  const known = new KnownCheckpoint(name);
  await eachBrick(job, box, async (brick, cells) => {
    const place = places[brickIndex(job.grid, brick)];
    if (place === undefined) throw new StoreError(`seal ${seal} of ${id} says nothing of brick ${brick}`);
    if (place === null) return;
    const slabs = stateSlabs(job, cells);
    const key = checkpointBrickKey(id, place, brick);
    const bytes = await need(objects, key);
    const values = await decodeCells(bytes, slabs.length * cellCount(cells));
    const own = sealed && digestOf(sealed, brickIndex(job.grid, brick));
    if (own && !(await isDigestOf(own, values, digest))) throw new NotAsSealedError(key);
    known.note(brick, values);
    await shard.write(slabs, values);
  });
  return known;
}

async function readSeal(id: string, number: number, objects: Readable) {
  const key = sealKey(id, number);
  const text = decodeUtf8(await need(objects, key));
  try {
    const { name, bricks, digests } = sealSchema.parse(JSON.parse(text));
    if (name !== undefined) return { name, bricks, digests };
  } catch (cause) {
    throw new StoreError(`${key} is no seal`, { cause });
  }
  throw new StoreError(`${key} seals no checkpoint`);
}

/** All state arrays on one box, in the order of `stateArrays`. */
export function stateSlabs(job: Job, box: Box): Slab[] {
  return stateArrays(job).map((array) => ({ ...array, box }));
}

/** Cells of one message of state: 16 MB, which a link carries easily and a receiver holds many of. */
const PART_CELLS = 4 * 1024 * 1024;

/** A box in slices, each of which is read and sent as one. */
export const statePieces = (box: Box): Box[] => [...piecesOf(box, PART_CELLS)];

/**
 * All state on one box, in the parts in which it changes hands: array by array, slice by slice. Giver and taker
 * derive the same.
 */
export function stateParts(job: Job, box: Box): Slab[] {
  const pieces = statePieces(box);
  return stateArrays(job).flatMap((array) => pieces.map((piece) => ({ ...array, box: piece })));
}

/** Cells that a formula fills at once: some ten milliseconds of work. */
const PIECE_CELLS = 100_000;

/** Visits a box piece by piece, and lets the device do other things in between. */
export async function eachPiece(box: Box, visit: (piece: Box) => Promise<void>): Promise<void> {
  for (const piece of piecesOf(box, PIECE_CELLS)) {
    await visit(piece);
    await breathe();
  }
}

export async function eachBrick(
  job: Job,
  box: Box,
  visit: (brick: Triple, cells: Box) => Promise<void>,
): Promise<void> {
  const queue = [...bricksOf(job.grid, box)];
  const work = async () => {
    for (let brick = queue.shift(); brick; brick = queue.shift())
      await visit(brick, brickBox(job.grid, brick));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

export async function need(objects: Readable, key: string): Promise<Uint8Array> {
  const bytes = await objects.get(key);
  if (!bytes) throw new StoreError(`${key} is not in the store`);
  return bytes;
}
