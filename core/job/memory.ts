import type { Job } from './job.js';
import { stateArrays } from './states.js';

export const BYTES_OF_CELL = Float32Array.BYTES_PER_ELEMENT;

/** What a job's memory depends on. */
type Sized = Pick<Job, 'grid' | 'components' | 'model' | 'media'>;

/** Bytes of a job's whole state and of its media, halos left out. */
export function memoryNeeded(job: Sized): number {
  const [nz, ny, nx] = job.grid.shape;
  return nz * ny * nx * bytesOfCell(job);
}

/** Bytes of one cell's state and media. */
export function bytesOfCell(job: Sized): number {
  const media = [...job.media.values()].filter(({ kind }) => kind !== 'constant');
  return (stateArrays(job).length + media.length) * BYTES_OF_CELL;
}

/**
 * Why the job does not fit a fleet, or undefined if it may. `fleet` has the bytes that each peer offers.
 * Halos come on top, so a job that only just fits can still be refused by a peer.
 */
export function memoryShortfall(job: Sized, fleet: readonly number[]): string | undefined {
  const needed = memoryNeeded(job);
  const offered = fleet.reduce((sum, bytes) => sum + bytes, 0);
  if (needed <= offered) return undefined;
  const peers = fleet.length === 1 ? 'the one peer offers' : `the ${fleet.length} peers together offer`;
  return `the state takes ${gigabytes(needed)}, and ${peers} ${gigabytes(offered)}`;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`;
