import type { Frame } from './frames.js';
import { readSlice } from './slice.js';
import type { Samples } from './view.js';

/** A plane of numbers: `values` is `[rows, columns]`, NaN where nothing is known. */
export interface Plane {
  readonly step: number;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /** The farthest that any value may be from the one computed. */
  readonly error: number;
}

/** The plane that a frame's slices make. @throws StoreError where one of them is torn. */
export async function planeOf(
  { step, slices }: Frame,
  { rows, columns }: Pick<Samples, 'rows' | 'columns'>,
): Promise<Plane> {
  const values = new Float32Array(rows * columns).fill(Number.NaN);
  for (const slice of await Promise.all(slices.map(readSlice))) {
    for (let r = 0; r < slice.rows; r++) {
      const from = r * slice.columns;
      const to = (slice.row + r) * columns + slice.column;
      if (slice.row + r >= rows || slice.column + slice.columns > columns) continue;
      values.set(slice.values.subarray(from, from + slice.columns), to);
    }
  }
  const error = Math.max(...slices.map(({ low, high }) => (high - low) / 508));
  return { step, rows, columns, values, error };
}
