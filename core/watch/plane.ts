import type { Frame } from './frames.js';
import { readSlice } from './slice.js';
import { type Samples, sampleCount } from './view.js';

/** A plane of numbers: `values` is `[rows, columns]`, NaN where nothing is known. */
export interface Plane {
  readonly step: number;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /** The farthest that any value may be from the one computed. */
  readonly error: number;
}

/** A volume of numbers: `values` is `[layers, rows, columns]`, along z, y and x, NaN where nothing is known. */
export interface Volume extends Plane {
  readonly layers: number;
}

/** The plane that a frame's slices make. @throws StoreError where one of them is torn. */
export const planeOf = (frame: Frame, whole: Pick<Samples, 'rows' | 'columns'>): Promise<Plane> =>
  filled(frame, { ...whole, layers: 1 });

/** The volume that a frame's slices make. @throws StoreError where one of them is torn. */
export async function volumeOf(
  frame: Frame,
  whole: Pick<Samples, 'layers' | 'rows' | 'columns'>,
): Promise<Volume> {
  return { ...(await filled(frame, whole)), layers: whole.layers };
}

async function filled(
  { step, slices }: Frame,
  whole: Pick<Samples, 'layers' | 'rows' | 'columns'>,
): Promise<Plane> {
  const { layers, rows, columns } = whole;
  const values = new Float32Array(sampleCount(whole)).fill(Number.NaN);
  for (const slice of await Promise.all(slices.map(readSlice))) {
    if (slice.column + slice.columns > columns) continue;
    for (let line = 0; line < slice.layers * slice.rows; line++) {
      const layer = slice.layer + Math.floor(line / slice.rows);
      const row = slice.row + (line % slice.rows);
      if (layer >= layers || row >= rows) continue;
      const from = line * slice.columns;
      values.set(
        slice.values.subarray(from, from + slice.columns),
        (layer * rows + row) * columns + slice.column,
      );
    }
  }
  const error = Math.max(...slices.map(({ low, high }) => (high - low) / 508));
  return { step, rows, columns, values, error };
}
