import type { Triple } from '../../core/grid/box.js';

/** Cells of a line of memory: 128 bytes, what the threads of a GPU fetch at once. */
export const LINE_CELLS = 32;

/** Rows are padded to whole lines where that makes an array larger by at most this. */
const LARGEST_PADDING = 1 / 8;

/** The shape in which a frame of `[nz, ny, nx]` cells lies in memory: its rows begin where a line begins, unless that wastes much. */
export function memoryShape([nz, ny, nx]: Triple): Triple {
  const padded = Math.ceil(nx / LINE_CELLS) * LINE_CELLS;
  return [nz, ny, padded - nx <= nx * LARGEST_PADDING ? padded : nx];
}

/** Bytes of a state array over a frame of that shape. */
export function arrayBytes(frame: Triple): number {
  const [nz, ny, pitch] = memoryShape(frame);
  return nz * ny * pitch * 4;
}

/**
 * Cells by which threads start before a row's first cell that is updated, so that they read and write whole lines: its
 * place modulo this. 1 where rows do not begin where lines do.
 */
export function lineOf([, , pitch]: Triple): number {
  return pitch % LINE_CELLS === 0 ? LINE_CELLS : 1;
}
