import { axesOfSweep } from './member.js';
import type { StoredArray, StoredBox } from './stored-result.js';

/**
 * The boxes to read an array in, in the order of its values: of a sweep member by member; a series by its chunks; a field snapshot by snapshot, as
 * deep as a chunk along its first axis and whole along the others. So each chunk is read once, and no more of them
 * are in memory than one row of chunks has.
 */
export function* slabsOf({
  shape,
  chunk,
  dimensions,
}: Pick<StoredArray, 'shape' | 'chunk' | 'dimensions'>): Generator<StoredBox> {
  const axes = axesOfSweep({ dimensions });
  for (const member of cellsOf(shape.slice(0, axes))) {
    for (const box of slabsOfMember({ shape: shape.slice(axes), chunk: chunk.slice(axes) })) {
      yield [...member, ...box];
    }
  }
}

/** All places along some axes, C order, each as a box of one. */
const cellsOf = (lengths: readonly number[]): StoredBox[] =>
  lengths.reduce<StoredBox[]>(
    (boxes, length) =>
      boxes.flatMap((box) => Array.from({ length }, (_, at) => [...box, [at, at + 1] as const])),
    [[]],
  );

function* slabsOfMember({ shape, chunk }: Pick<StoredArray, 'shape' | 'chunk'>): Generator<StoredBox> {
  const [times = 1, length, ...whole] = shape;
  const [duration = 1, depth = 1] = chunk;
  if (length === undefined) {
    yield* rangesOf(times, duration).map((range) => [range]);
    return;
  }
  for (const time of rangesOf(times, 1)) {
    for (const rows of rangesOf(length, depth))
      yield [time, rows, ...whole.map((size) => [0, size] as const)];
  }
}

function rangesOf(length: number, step: number): (readonly [from: number, to: number])[] {
  const count = Math.ceil(length / step);
  return Array.from({ length: count }, (_, i) => [i * step, Math.min((i + 1) * step, length)]);
}

/** What an export has read. */
export class Tally {
  values = 0;
  /** NaN: not stored yet, or not a number where the simulation has blown up. */
  missing = 0;

  add(values: Float32Array | Float64Array): void {
    this.values += values.length;
    for (const value of values) if (Number.isNaN(value)) this.missing++;
  }
}
