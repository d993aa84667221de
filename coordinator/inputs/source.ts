import { stat } from 'node:fs/promises';
import type { Box } from '../../core/grid/box.js';
import { openNpy } from './npy.js';
import { refuseIf } from './refusal.js';
import { openZarr } from './zarr.js';

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

/** Opens a `.npy` file, or the folder of a Zarr array. Throws InputRefusal. */
export async function openSource(path: string): Promise<ArraySource> {
  refuseIf(path.endsWith('.npz'), 'is an archive of arrays', 'Save the one array with numpy.save, as .npy');
  const found = await stat(path).catch(() => undefined);
  refuseIf(found === undefined, `is not there: ${path}`, 'Give its path relative to the job file');
  return found?.isDirectory() ? openZarr(path) : openNpy(path);
}
