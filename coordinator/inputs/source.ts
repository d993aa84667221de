import type { Box } from '../../core/grid/box.js';

/** An array on disk that a job starts from, read piece by piece. Its errors are InputRefusals. */
export interface ArraySource {
  /** `[ny, nx]` or `[nz, ny, nx]`. */
  readonly shape: readonly number[];
  /** The axis of the grid (0 is z) along which neighbours lie next to each other in the file. */
  readonly fastest: 0 | 1 | 2;
  /** The cells of a box of the grid, rounded to f32: dense, C order `[z, y, x]`. */
  read(box: Box): Promise<Float32Array>;
  close(): Promise<void>;
}
