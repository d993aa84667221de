/** Along time, a chunk has no fewer than these values (64 KiB of f32), and an array no more than about a thousand chunks. */
const LEAST_TIMES = 16_384;
const MOST_CHUNKS = 1024;

/** Values in a chunk of an array along time, of `length` values. */
export const timeChunk = (length: number): number =>
  Math.min(length, Math.max(LEAST_TIMES, Math.ceil(length / MOST_CHUNKS)));
