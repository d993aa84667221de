import type { Plan } from '../../core/protocol/plan.js';

/** A plan of 16³ cells in two shards: anna's shadow is cora, bert has none. */
export const shadowedPlan = (job: string): Plan => ({
  id: 1,
  job,
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 8,
  epoch: 8,
  signed: 'spans',
  shards: [
    { peer: 'anna', box: { lo: [0, 0, 0], hi: [8, 16, 16] } },
    { peer: 'bert', box: { lo: [8, 0, 0], hi: [16, 16, 16] } },
  ],
  shadows: [{ peer: 'cora', shard: 0 }],
});
