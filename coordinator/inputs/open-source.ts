import { stat } from 'node:fs/promises';
import { openNpy } from './npy.js';
import { refuseIf } from './refusal.js';
import type { ArraySource } from './source.js';
import { openZarr } from './zarr.js';

/** Opens a `.npy` file, or the folder of a Zarr array. Throws InputRefusal. */
export async function openSource(path: string): Promise<ArraySource> {
  refuseIf(path.endsWith('.npz'), 'is an archive of arrays', 'Save the one array with numpy.save, as .npy');
  const found = await stat(path).catch(() => undefined);
  refuseIf(found === undefined, `is not there: ${path}`, 'Give its path relative to the job file');
  return found?.isDirectory() ? openZarr(path) : openNpy(path);
}
