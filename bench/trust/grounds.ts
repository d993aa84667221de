import type { Box, Triple } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import type { JobFileInput } from '../../core/job/schema.js';

/** A job that three peers in a row compute, each eight or sixteen cells of x. */
export interface Ground {
  readonly name: string;
  readonly job: Job;
  readonly boxes: readonly Box[];
}

const PEERS = 3;
/** Between two exchanges. */
const EXCHANGE = 4;

function ground(
  name: string,
  file: Omit<JobFileInput, 'name' | 'time' | 'run'> & { readonly dt: number },
): Ground {
  const { dt, ...rest } = file;
  const job = checkJob({ ...rest, name, time: { steps: 1_000_000, dt }, run: { exchangeEvery: EXCHANGE } });
  const [z, y, x] = job.grid.shape;
  const boxes = Array.from(
    { length: PEERS },
    (_, peer): Box => ({
      lo: [0, 0, (peer * x) / PEERS],
      hi: [z, y, ((peer + 1) * x) / PEERS],
    }),
  );
  return { name, job, boxes };
}

const layers: JobFileInput['media'] = {
  speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 4, value: 2.4 }] },
};
const hum = (at: { readonly z: number; readonly y: number; readonly x: number }) =>
  ({
    hum: {
      field: 'psi',
      at,
      amplitude: 500,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 20 },
    },
  }) as const;

/** Layers, mirrors, periodic axes and a source that sounds on the middle peer's cells: whoever cheats has something to be false about. */
export const SOUNDED: readonly Ground[] = [
  ground('layers', {
    model: 'medium',
    grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
    dt: 0.2,
    media: layers,
    boundary: { z: ['neumann', 'dirichlet'], y: 'periodic', x: 'dirichlet' },
    sources: hum({ z: 4, y: 4, x: 12 }),
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 4 } },
  }),
  ground('fourth-order', {
    model: { base: 'medium', order: 4 },
    grid: { shape: [16, 8, 24], spacing: 1, brick: 8 },
    dt: 0.15,
    media: layers,
    boundary: { z: 'dirichlet', y: 'neumann', x: 'periodic' },
    sources: hum({ z: 8, y: 4, x: 12 }),
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 5 } },
  }),
];

/** And others, on which the classes might come apart. */
export const GROUNDS: readonly Ground[] = [
  ...SOUNDED,
  ground('trackers', {
    model: 'wave',
    components: ['L', 'T'],
    grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
    dt: 0.4,
    parameters: { speed: 1 },
    initial: {
      'psi.L': { formula: 'radial-wave', amplitude: 1, wavelength: 12, frequency: 0.08 },
      'psi.T': { formula: 'gaussian', amplitude: 2, sigma: 2, centre: { z: 2, y: 4, x: 6 } },
    },
  }),
  ground('wave-into-quiet', {
    model: 'medium',
    grid: { shape: [8, 8, 48], spacing: 1, brick: 8 },
    dt: 0.2,
    media: layers,
    boundary: 'dirichlet',
    initial: { psi: { formula: 'gaussian', amplitude: 1e-3, sigma: 1, centre: { z: 4, y: 4, x: 3 } } },
  }),
  ground('two-dimensions', {
    model: 'medium',
    grid: { shape: [16, 48], spacing: 1, brick: 16 },
    dt: 0.2,
    media: { speed: 2, damping: 0.02 },
    boundary: { y: 'periodic', x: 'neumann' },
    initial: { psi: { formula: 'gaussian', amplitude: 100, sigma: 3 } },
    sources: {
      hum: {
        field: 'psi',
        at: { y: 8, x: 24 },
        amplitude: 500,
        signal: { shape: 'tone-burst', frequency: 0.2, cycles: 20 },
      },
    },
  }),
];

/** A cell of the middle peer, another one for each number. */
export function cellOfMiddle({ boxes }: Ground, number: number): Triple {
  const { lo, hi } = boxes[1] as Box;
  const along = (axis: 0 | 1 | 2, prime: number) => lo[axis] + ((number * prime) % (hi[axis] - lo[axis]));
  return [along(0, 3), along(1, 5), along(2, 7)];
}
