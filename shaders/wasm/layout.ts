import { type Box, shapeOf, type Triple } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';

/** A vector of four f32. */
export const VECTOR_BYTES = 16;
const LANES = 4;

/**
 * Where a shard's cells lie in memory, in bytes. Rows are padded to whole vectors. Below the first array and above
 * the last lies a guard, so that a vector at a row's end may read past it.
 */
export interface Layout {
  readonly frame: Box;
  readonly row: number;
  readonly plane: number;
  /** From a component's array to the same one of the next component. */
  readonly component: number;
  /** Where the first component's arrays begin. */
  readonly arrays: ReadonlyMap<string, FieldArrays>;
  readonly bytes: number;
}

/** A wave field has two arrays, which take turns at being `now`; a tracker has the same one twice. */
export type FieldArrays = readonly [even: number, odd: number];

export function layOut({ model: { model }, components, frame }: ShardSpec): Layout {
  const [nz, ny, nx] = shapeOf(frame);
  const row = Math.ceil(nx / LANES) * VECTOR_BYTES;
  const plane = ny * row;
  const array = nz * plane;
  const guard = model.radius * (plane + row + VECTOR_BYTES);
  let next = guard;
  const take = (): number => {
    next += array;
    return next - array;
  };
  const arrays = new Map(
    model.fields.map(({ name, kind }): [string, FieldArrays] => {
      const even = take();
      return [name, [even, kind === 'wave' ? take() : even]];
    }),
  );
  const component = next - guard;
  return { frame, row, plane, component, arrays, bytes: guard + components * component + guard };
}

/** Bytes from the start of an array to a cell of the frame. */
export function offsetOf({ frame: { lo }, row, plane }: Layout, [z, y, x]: Triple): number {
  return (z - lo[0]) * plane + (y - lo[1]) * row + (x - lo[2]) * Float32Array.BYTES_PER_ELEMENT;
}
