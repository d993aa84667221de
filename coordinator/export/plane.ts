import { ExportError } from '../../core/errors.js';
import type { Slice } from '../results/slice.js';
import type { StoredArray } from './stored-result.js';

/** Where a volume is cut: an axis, and a cell's index along it. */
export interface Cut {
  readonly axis: string;
  readonly index: number;
}

/**
 * The plane of one snapshot, counted from 0. A volume is cut, at the middle of its first axis unless `cut` says
 * otherwise; a line is a plane one cell high.
 * @throws ExportError where the array has no such axis or cell, or is no field but a series.
 */
export async function planeOf(array: StoredArray, snapshot: number, cut?: Cut): Promise<Slice> {
  const axes = array.dimensions.slice(1);
  const lengths = array.shape.slice(1);
  if (axes.length === 0) {
    throw new ExportError(`${array.path} is a series in time and has no plane: write it as netcdf or npy`);
  }
  const where =
    cut ?? (axes.length === 3 ? { axis: axes[0] as string, index: (lengths[0] as number) >> 1 } : undefined);
  if (where !== undefined) checkCut(array.path, axes, lengths, where);
  const box = lengths.map((length, i) =>
    axes[i] === where?.axis
      ? ([where?.index as number, (where?.index as number) + 1] as const)
      : ([0, length] as const),
  );
  const left = lengths.filter((_, i) => axes[i] !== where?.axis);
  if (left.length === 3)
    throw new ExportError(
      `${array.path} is a volume: say where to cut it, for example z=${(lengths[0] as number) >> 1}`,
    );
  const [height, width] = left.length === 1 ? [1, left[0] as number] : [left[0] as number, left[1] as number];
  const values = await array.read([[snapshot, snapshot + 1], ...box]);
  return { height, width, values: Float32Array.from(values) };
}

function checkCut(
  path: string,
  axes: readonly string[],
  lengths: readonly number[],
  { axis, index }: Cut,
): void {
  const length = lengths[axes.indexOf(axis)];
  if (length === undefined) {
    throw new ExportError(`${path} has no axis ${axis} to be cut along: it has ${axes.join(', ')}`);
  }
  if (index >= length) {
    throw new ExportError(`${path} has no cell ${index} along ${axis}: it has 0 to ${length - 1}`);
  }
}

/** The snapshot asked for, from 0, or from the end where it is negative; without, the last. */
export function snapshotOf({ path, shape: [count = 0] }: StoredArray, asked = -1): number {
  const snapshot = asked < 0 ? count + asked : asked;
  if (snapshot >= 0 && snapshot < count) return snapshot;
  throw new ExportError(`${path} has no snapshot ${asked}: it has 0 to ${count - 1}, or -1 for the last`);
}
