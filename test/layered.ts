import type { JobFileInput } from '../core/job/schema.js';
import { Fleet, type Result } from './fleet.js';

/**
 * Two layers with a free, an absorbing, a fixed and a periodic face, a source and a wave to begin with, none of them where the others are:
 * whoever computes a cell otherwise is seen to.
 */
export const layered = {
  model: 'medium',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 12, value: 2.5 }] } },
  boundary: { z: ['neumann', 'absorbing'], y: 'dirichlet', x: 'periodic' },
  sources: {
    hum: {
      field: 'psi',
      at: { z: 6, y: 12, x: 12 },
      amplitude: 500,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 40 },
    },
  },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
} satisfies Partial<JobFileInput>;

/** Where two owners are. */
export const ADDRESSES = { a: '127.0.0.2', b: '127.0.0.3' } as const;

/** What `read` finds in the result of a job that one peer computes, whom nobody doubts. */
export async function madeAlone<T>(job: JobFileInput, read: (result: Result) => Promise<T>): Promise<T> {
  const fleet = await Fleet.start();
  try {
    await fleet.join();
    return await read(await fleet.run({ ...job, trust: {}, run: { peers: 1 } }));
  } finally {
    await fleet.close();
  }
}
