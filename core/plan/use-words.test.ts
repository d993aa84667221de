import { expect, it } from 'vitest';
import { fleetOf, waveWork } from './fleet.suite.js';
import { planFleet } from './plan-fleet.js';
import { useInWords } from './use-words.js';

it('says of each peer why it is used as it is, with the numbers that show it', () => {
  const fleet = fleetOf([1e8, 1e8, 1e3, { memory: 1000 }, { rate: 1e8, up: 100, down: 100 }]);
  const plan = planFleet(waveWork(64, 8), fleet, { overlap: 'none', use: 'fastest' });
  expect(plan?.uses.map(useInWords)).toEqual([
    'computes 50% of the grid; its computing sets its pace',
    'computes 50% of the grid; its computing sets its pace',
    'too slow for a shard: one brick takes it 510 ms a step, the whole run takes 1.2 ms',
    'has no room for one brick: 0.008 MB needed, 0.001 MB offered',
    expect.stringMatching(
      /^too far for a shard: one brick’s halo takes .* s a step, the whole run takes 1\.2 ms$/,
    ),
  ]);
  expect(useInWords({ kind: 'extra' })).toBe('not needed: the run would be no quicker for it');
});
