import type { Job } from '../../core/job/job.js';
import type { Result } from '../fleet.js';
import { type GoldenRow, rowsOf } from './golden-rows.js';

/** OpenWave's wavelength, in am. */
const WAVELENGTH = 28.54096501;
/** It stretches the wave to so many cells where the grid is too coarse. */
const CELLS_PER_WAVELENGTH = 12;

/** OpenWave's rows, from the probe and planes of `examples/openwave-golden.yaml`. */
export async function recordedRows(result: Result, job: Job): Promise<GoldenRow[]> {
  const probe = (state: string) => result.probe('probe', state);
  const planes = ['plane-z', 'plane-y', 'plane-x'].map(async (output) => ({
    rms2L: await result.output(output, 'rms2.L'),
    rms2T: await result.output(output, 'rms2.T'),
    freq: await result.output(output, 'freq.L'),
  }));
  return rowsOf({
    scale: Math.max(1, (CELLS_PER_WAVELENGTH * job.spacing) / WAVELENGTH),
    probe: {
      psiL: await probe('psi.L'),
      psiT: await probe('psi.T'),
      rms2L: await probe('rms2.L'),
      rms2T: await probe('rms2.T'),
      freq: await probe('freq.L'),
    },
    planes: await Promise.all(planes),
    edge: job.grid.shape[0],
  });
}
