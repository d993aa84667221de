import { type Box, shapeOf, type Triple } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';

/** A vector of four f32. */
export const VECTOR_BYTES = 16;
const CELL_BYTES = Float32Array.BYTES_PER_ELEMENT;
const LINE_BYTES = 64;
const PAGE_BYTES = 4096;
/** About a quarter of a page, in odd lines. For 256³ cells, two arrays or more are passed through 8 to 13% faster so. */
const STAGGER_BYTES = 17 * LINE_BYTES;
/** What is read ahead of a row's last vector, or behind its first, lies within a vector and a radius of 4 cells. */
const GUARD_BYTES = 2 * VECTOR_BYTES;

/**
 * Where a shard's cells lie in memory, in bytes. Rows are padded to whole vectors, so that the first cell that is
 * advanced begins a vector. Below the first array and above the last lies a guard, so that a vector at a row's end may
 * read past it. Planes and arrays are padded by little, against conflicts in caches.
 */
export interface Layout {
  readonly frame: Box;
  readonly dimensions: 2 | 3;
  /** From the beginning of a row to its first cell: padding. */
  readonly lead: number;
  readonly row: number;
  readonly plane: number;
  /** From a row back to the first of the rows that its update reads. Steps count from there, so that no offset is negative. */
  readonly reach: number;
  /** From a component's array to the same one of the next component. */
  readonly component: number;
  /** Where the first component's arrays begin. */
  readonly arrays: ReadonlyMap<string, FieldArrays>;
  /** Where the media that are kept as cells begin; all components share them. */
  readonly media: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/** A wave field has two arrays, which take turns at being `now`; a tracker has the same one twice. */
export type FieldArrays = readonly [even: number, odd: number];

export function layOut({ model: { model }, components, dimensions, frame, media = {} }: ShardSpec): Layout {
  const [nz, ny, nx] = shapeOf(frame);
  const lead = padded(model.radius * CELL_BYTES) - model.radius * CELL_BYTES;
  const row = padded(lead + nx * CELL_BYTES);
  const plane = inOddLines(ny * row);
  const array = staggered(nz * plane);
  const reach = model.radius * (dimensions === 3 ? plane + row : row);
  let next = GUARD_BYTES;
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
  const component = next - GUARD_BYTES;
  const bytesOfState = components * component;
  const cells = model.media.filter(({ name }) => media[name] === 'cells');
  const mediaArrays = new Map(
    cells.map(({ name }, index) => [name, GUARD_BYTES + bytesOfState + index * array]),
  );
  const bytes = GUARD_BYTES + bytesOfState + cells.length * array + GUARD_BYTES;
  return { frame, dimensions, lead, row, plane, reach, component, arrays, media: mediaArrays, bytes };
}

/** Bytes from the start of an array to a cell of the frame. */
export function offsetOf({ frame: { lo }, lead, row, plane }: Layout, [z, y, x]: Triple): number {
  return (z - lo[0]) * plane + (y - lo[1]) * row + lead + (x - lo[2]) * CELL_BYTES;
}

/** Planes whose size is a multiple of a power of two would all want the same few places of a cache: these want all of them. */
function inOddLines(bytes: number): number {
  const lines = Math.ceil(bytes / LINE_BYTES);
  return (lines % 2 === 0 ? lines + 1 : lines) * LINE_BYTES;
}

/**
 * The same cell of two arrays lies `STAGGER_BYTES` apart, modulo a page: a store to one then neither evicts what is read
 * of the other, nor does a processor that compares the low bits of addresses take a load to depend on it.
 */
function staggered(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES + STAGGER_BYTES;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES;
}
