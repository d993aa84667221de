import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundOf } from './bound.js';
import { anyFleet, fleetOf, waveWork } from './fleet.suite.js';
import { planFleet } from './plan-fleet.js';

const work = waveWork(64, 8);

it('no plan is quicker than the bound, and one of alike peers without a network comes near it', () => {
  const options = { overlap: 'band', use: 'fastest' } as const;
  fc.assert(
    fc.property(anyFleet(6), (fleet) => {
      const plan = planFleet(work, fleet, options);
      expect(plan?.cost.secondsPerStep).toBeGreaterThanOrEqual(boundOf(work, fleet).together * (1 - 1e-9));
    }),
    { numRuns: 20 },
  );
  const alike = fleetOf(new Array(8).fill(1e8));
  const plan = planFleet(work, alike, { ...options, exchangeEvery: 1 });
  const { together, alone } = boundOf(work, alike);
  expect(plan?.cost.secondsPerStep).toBeLessThan(together * 1.05);
  expect(alone).toBeCloseTo(8 * together);
});
