import type { Job, Output, StateName } from '../../core/job/job.js';
import { outputChunkKey, outputPackKey } from '../../core/protocol/keys.js';
import { outputShape } from '../../core/result/output.js';
import type { Store } from '../store/store.js';
import { chunkCounts, chunksPerObject } from './pack-shape.js';
import { decodeIndex, encodeIndex, indexBytes, type Place } from './shard-index.js';

/** Requests under way at once. */
const AT_ONCE = 8;

/**
 * Puts the chunks of an output together, many to an object; the chunks themselves stay. One object is in memory at a
 * time. Done again, as after a restart, it takes from the objects what is no longer there as a chunk.
 */
export async function packOutput(store: Store, jobId: string, job: Job, output: Output): Promise<void> {
  const array = outputShape(job.grid, output);
  const counts = chunkCounts(array);
  const perObject = chunksPerObject(array);
  const objects = counts.map((count, axis) => Math.ceil(count / (perObject[axis] as number)));
  for (const state of output.states) {
    for (const place of indices(objects)) {
      const chunks = indices(perObject).map((within) =>
        within.map((at, axis) => at + (place[axis] as number) * (perObject[axis] as number)),
      );
      const keys = chunks.map((chunk) =>
        chunk.every((at, axis) => at < (counts[axis] as number))
          ? chunkKey(jobId, output, state, chunk)
          : undefined,
      );
      await packObject(store, outputPackKey(jobId, output.name, state, place), keys);
    }
  }
}

/** Removes the chunks of an output that has been packed. */
export async function removeLoose(store: Store, jobId: string, job: Job, output: Output): Promise<void> {
  const chunks = indices(chunkCounts(outputShape(job.grid, output)));
  const keys = output.states.flatMap((state) => chunks.map((chunk) => chunkKey(jobId, output, state, chunk)));
  await eachOf(keys, (key) => store.remove(key));
}

const chunkKey = (
  jobId: string,
  output: Output,
  state: StateName,
  [snapshot = 0, ...chunk]: readonly number[],
) => outputChunkKey(jobId, output.name, state, snapshot, chunk);

/** `keys`: of its chunks, in order; undefined beyond the array's edge. */
async function packObject(store: Store, key: string, keys: readonly (string | undefined)[]): Promise<void> {
  let former: Promise<FormerObject | undefined> | undefined;
  const chunks = new Array<Uint8Array | undefined>(keys.length);
  await eachOf([...keys.entries()], async ([i, chunk]) => {
    if (chunk === undefined) return;
    const loose = await store.get(chunk);
    former ??= loose === undefined ? formerObject(store, key, keys.length) : undefined;
    chunks[i] = loose ?? (await (await former)?.chunk(i));
  });
  const places: (Place | undefined)[] = [];
  let length = 0;
  for (const bytes of chunks) {
    places.push(bytes && { from: length, length: bytes.length });
    length += bytes?.length ?? 0;
  }
  // What nobody has stored reads as missing where no object is, too.
  if (length > 0)
    await store.put(
      key,
      Buffer.concat([...chunks.filter((bytes) => bytes !== undefined), encodeIndex(places)]),
    );
}

interface FormerObject {
  chunk(index: number): Promise<Uint8Array | undefined>;
}

async function formerObject(store: Store, key: string, chunks: number): Promise<FormerObject | undefined> {
  const index = await store.get(key, { last: indexBytes(chunks) });
  if (index === undefined) return undefined;
  const places = decodeIndex(index, chunks);
  return {
    async chunk(at) {
      const place = places[at];
      return place && store.get(key, place);
    },
  };
}

/** All indices of an array of that shape, in C order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, at) => [...index, at])),
    [[]],
  );
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
