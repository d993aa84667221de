import type { OutputShape } from '../../core/result/output.js';

/** Cells of an object before they are compressed: large enough to cost few requests, and read in one. */
const MOST_BYTES = 32 * 1024 * 1024;

type Chunked = Pick<OutputShape, 'shape' | 'chunk'>;

/** How many chunks an array has along each dimension. */
export const chunkCounts = ({ shape, chunk }: Chunked): number[] =>
  shape.map((length, axis) => Math.ceil(length / (chunk[axis] as number)));

/**
 * How many chunks go into one object along each dimension: as many as fit, x first and time last. So an object is
 * a run of whole rows, planes or snapshots.
 */
export function chunksPerObject(array: Chunked): number[] {
  const counts = chunkCounts(array);
  const chunkBytes = array.chunk.reduce((cells, size) => cells * size, Float32Array.BYTES_PER_ELEMENT);
  let room = Math.max(1, Math.floor(MOST_BYTES / chunkBytes));
  return counts
    .reverse()
    .map((count) => {
      const taken = Math.min(count, room);
      room = taken === count ? Math.floor(room / count) : 1;
      return Math.max(1, taken);
    })
    .reverse();
}
