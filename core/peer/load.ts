import type { EngineShard, Slab } from '../../shaders/engine.js';
import { StoreError } from '../errors.js';
import { type Box, cellCount, type Triple } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import { piecesOf } from '../grid/pieces.js';
import type { Job } from '../job/job.js';
import { stateArrays, stateName } from '../job/states.js';
import { checkpointBrickKey, inputBrickKey } from '../protocol/keys.js';
import { decodeCells } from '../result/cells.js';
import { breathe } from './breathe.js';
import type { Objects } from './objects.js';

/** Bricks fetched at once. */
const AT_ONCE = 4;

/** The job file's initial state. Throws StoreError when an input's brick is missing. */
export async function loadInitial(
  job: Job,
  id: string,
  box: Box,
  shard: EngineShard,
  objects: Objects,
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

/** The state sealed at `step`. Throws StoreError when a brick is missing. */
export async function loadCheckpoint(
  job: Job,
  id: string,
  step: number,
  box: Box,
  shard: EngineShard,
  objects: Objects,
): Promise<void> {
  await eachBrick(job, box, async (brick, cells) => {
    const slabs = stateSlabs(job, cells);
    const bytes = await need(objects, checkpointBrickKey(id, step, brick));
    await shard.write(slabs, await decodeCells(bytes, slabs.length * cellCount(cells)));
  });
}

/** All state arrays on one box, in the order of `stateArrays`. */
export function stateSlabs(job: Job, box: Box): Slab[] {
  return stateArrays(job).map((array) => ({ ...array, box }));
}

/** Cells of one message of state: 16 MB, which a link carries easily and a receiver holds many of. */
const PART_CELLS = 4 * 1024 * 1024;

/**
 * All state on one box, in the parts in which it changes hands: array by array, slice by slice. Giver and taker
 * derive the same.
 */
export function stateParts(job: Job, box: Box): Slab[] {
  const pieces = [...piecesOf(box, PART_CELLS)];
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

export async function need(objects: Objects, key: string): Promise<Uint8Array> {
  const bytes = await objects.get(key);
  if (!bytes) throw new StoreError(`${key} is not in the store`);
  return bytes;
}
