import { checkJob } from '../job/check.js';
import type { Plan } from '../protocol/plan.js';

/** A wave in two bricks. */
export const job = checkJob({
  name: 'halves',
  model: 'wave',
  grid: { shape: [16, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 1000, courant: 0.5 },
  parameters: { speed: 1 },
  boundary: 'dirichlet',
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 8, y: 4, x: 4 } } },
});

/** Each of them is a shard; there are two exchanges in an epoch. */
export const plan: Plan = {
  id: 1,
  job: 'halves-1',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 4,
  epoch: 8,
  signed: 'spans',
  shards: [
    { peer: 'aaaa', box: { lo: [0, 0, 0], hi: [8, 8, 8] } },
    { peer: 'bbbb', box: { lo: [8, 0, 0], hi: [16, 8, 8] } },
  ],
};
