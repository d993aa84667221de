import { ProtocolError } from '../errors.js';
import { type Box, cellCount } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import type { Job } from '../job/job.js';
import { stateArrays } from '../job/states.js';
import { stateSlabs } from '../peer/load.js';
import { type Digest, isDigestOf } from '../trust/statement/brick-digest.js';
import { BRICK_DIGEST_BYTES } from '../trust/statement/digest-size.js';
import { arrayName, comparedFields, distance, QUIETEST, relative, squares, worst } from './compare.js';
import { brickSlabs } from './digests.js';

/** What a peer shows of a shard where a few bricks are asked for. */
export interface Sample {
  /** By array that is compared (`arrayName`), the root mean square of its cells in the whole shard, as its peer says. */
  readonly loudness: ReadonlyMap<string, number>;
  /** Each brick's whole state, in the order in which they were asked for. */
  readonly bricks: readonly Float32Array[];
}

/** Where the bricks of a shard lie in its state: `bricks` are indices into `bricksOf`. */
function placesOf(
  job: Job,
  box: Box,
  bricks: readonly number[],
): { readonly from: number; readonly to: number }[] {
  const ends: number[] = [0];
  for (const brick of bricksOf(job.grid, box)) {
    const cells = stateSlabs(job, brickBox(job.grid, brick)).reduce(
      (sum, slab) => sum + cellCount(slab.box),
      0,
    );
    ends.push((ends.at(-1) as number) + cells);
  }
  return bricks.map((brick) => {
    const [from, to] = ends.slice(brick, brick + 2);
    if (from === undefined || to === undefined) throw new ProtocolError(`the shard has no brick ${brick}`);
    return { from, to };
  });
}

/** @throws ProtocolError where the shard has no such brick. */
export function sampleBytes(job: Job, box: Box, bricks: readonly number[]): number {
  const cells = placesOf(job, box, bricks).reduce((sum, { from, to }) => sum + to - from, 0);
  return 4 * (comparedArrays(job).length + cells);
}

/**
 * What is shown of a state, in the order of `brickSlabs`: the loudness of each array, and then the bricks, f32 as they lie in memory.
 * @throws ProtocolError where the shard has no such brick.
 */
export function writeSample(
  job: Job,
  box: Box,
  state: Float32Array,
  bricks: readonly number[],
): Uint8Array<ArrayBuffer> {
  const loudness = loudnessOf(job, box, state);
  const places = placesOf(job, box, bricks);
  const sample = new Float32Array(sampleBytes(job, box, bricks) / 4);
  sample.set([...loudness.values()]);
  let offset = loudness.size;
  for (const { from, to } of places) {
    sample.set(state.subarray(from, to), offset);
    offset += to - from;
  }
  return new Uint8Array(sample.buffer);
}

/** @throws ProtocolError where there are not as many bytes as were asked for. */
export function readSample(job: Job, box: Box, bricks: readonly number[], bytes: Uint8Array): Sample {
  const due = sampleBytes(job, box, bricks);
  if (bytes.byteLength !== due)
    throw new ProtocolError(`bricks of ${bytes.byteLength} bytes where ${due} were due`);
  // A copy begins where cells are aligned.
  const cells = new Float32Array(new Uint8Array(bytes).buffer);
  const arrays = comparedArrays(job);
  let offset = arrays.length;
  return {
    loudness: new Map(arrays.map((array, i) => [array, cells[i] as number])),
    bricks: placesOf(job, box, bricks).map(({ from, to }) => {
      offset += to - from;
      return cells.subarray(offset - (to - from), offset);
    }),
  };
}

/** Whether the bricks are those that were signed for. `digests`: of all bricks of the shard. */
export async function isSigned(
  sample: Sample,
  bricks: readonly number[],
  digests: Uint8Array,
  digest: Digest,
): Promise<boolean> {
  for (const [i, brick] of bricks.entries()) {
    const signed = digests.subarray(brick * BRICK_DIGEST_BYTES, (brick + 1) * BRICK_DIGEST_BYTES);
    if (!(await isDigestOf(signed, sample.bricks[i] as Float32Array, digest))) return false;
  }
  return true;
}

/**
 * How far two are apart who computed the same shard on two numerical classes: of all arrays of all bricks, the one that is farthest,
 * ‖a − b‖ over √(‖b‖² + loudness² · cells). As for `misfitOfState`, a brick is held to its own norm and to that of the wave in the whole shard.
 * `loudness`: by array. Infinite where one of two cells is finite and the other is not.
 */
export function misfitOfSamples(
  job: Job,
  box: Box,
  bricks: readonly number[],
  [one, other]: readonly [Sample, Sample],
  loudness: ReadonlyMap<string, number>,
): number {
  const compared = comparedFields(job);
  const all = bricksOf(job.grid, box);
  const misfits: number[] = [];
  for (const [i, brick] of bricks.entries()) {
    const [a, b] = [one.bricks[i], other.bricks[i]] as [Float32Array, Float32Array];
    let from = 0;
    for (const slab of stateSlabs(job, brickBox(job.grid, all[brick] as (typeof all)[number]))) {
      const cells = cellCount(slab.box);
      const to = from + cells;
      if (compared.has(slab.field)) {
        const common = Math.max(loudness.get(arrayName(slab)) ?? 0, QUIETEST) ** 2 * cells;
        misfits.push(relative(distance(a, b, from, to), squares(b, from, to) + common));
      }
      from = to;
    }
  }
  return worst(misfits);
}

/** The louder of two, array by array. */
export function louder(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map([...b].map(([array, value]) => [array, Math.max(a.get(array) ?? 0, value)]));
}

/** What both of two say at least. What is no number counts as silence: nobody makes the other one's brick near by it. */
export function quieter(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sound = (value: number | undefined) =>
    value !== undefined && value > 0 && value < Number.MAX_VALUE ? value : 0;
  return new Map([...a].map(([array, value]) => [array, Math.min(sound(value), sound(b.get(array)))]));
}

function comparedArrays(job: Job): readonly string[] {
  const compared = comparedFields(job);
  return stateArrays(job)
    .filter(({ field }) => compared.has(field))
    .map(arrayName);
}

function loudnessOf(job: Job, box: Box, state: Float32Array): ReadonlyMap<string, number> {
  const compared = comparedFields(job);
  const sums = new Map<string, { squares: number; cells: number }>();
  let from = 0;
  for (const slab of brickSlabs(job, box)) {
    const to = from + cellCount(slab.box);
    if (compared.has(slab.field)) {
      const sum = sums.get(arrayName(slab)) ?? { squares: 0, cells: 0 };
      sums.set(arrayName(slab), {
        squares: sum.squares + squares(state, from, to),
        cells: sum.cells + to - from,
      });
    }
    from = to;
  }
  return new Map([...sums].map(([array, { squares: sum, cells }]) => [array, Math.sqrt(sum / cells)]));
}
