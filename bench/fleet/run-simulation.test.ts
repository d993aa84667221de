import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateOf } from '../../core/plan/candidate.js';
import { costOf } from '../../core/plan/cost.js';
import { anyFleet, fleetOf, MBIT, waveWork } from '../../core/plan/fleet.suite.js';
import { planFleet, settingOf } from '../../core/plan/plan-fleet.js';
import { simulateRun } from './run-simulation.js';

const work = waveWork(64, 8);
const exact = { seed: 1, exchanges: 192, computeNoise: 0, latencyNoise: 0 };
const options = { overlap: 'none', use: 'fastest' } as const;

describe('a simulated run', () => {
  it('goes at the predicted pace where peers and links are alike', () => {
    for (const overlap of ['none', 'band'] as const) {
      for (const links of [{}, { roundTrip: 0.05 }, { rate: 2e5 }, { roundTrip: 0.02, rate: 1e6 }]) {
        const fleet = fleetOf(
          new Array(8).fill({ rate: 1e7, stepSeconds: 1e-4, coordinatorRoundTrip: 0.02 }),
          links,
        );
        const plan = candidateOf(
          settingOf(work, fleet, { ...options, overlap }),
          [0, 1, 2, 3, 4, 5, 6, 7],
          'quick',
        );
        if (!plan) throw new Error('eight peers that hold the job');
        const seen = simulateRun(work, fleet, plan, exact);
        expect(seen.secondsPerStep / plan.cost.secondsPerStep).toBeCloseTo(1, 2);
        expect(seen.haloBytesPerStep / plan.cost.bytesPerStep).toBeCloseTo(1, 1);
      }
    }
  });

  it('goes at the predicted pace of any fleet, never much slower, and quicker where messages go out one by one', () => {
    fc.assert(
      fc.property(anyFleet(8), fc.constantFrom('none' as const, 'band' as const), (fleet, overlap) => {
        const plan = planFleet(work, fleet, { overlap, use: 'all' });
        if (!plan) throw new Error('peers that hold the job');
        const { secondsPerStep } = simulateRun(work, fleet, plan, exact);
        expect(secondsPerStep / plan.cost.secondsPerStep).toBeGreaterThan(0.7);
        expect(secondsPerStep / plan.cost.secondsPerStep).toBeLessThan(1.1);
      }),
      { numRuns: 25 },
    );
  });

  it('waits for grants where epochs are shorter than the way to the coordinator', () => {
    const fleet = fleetOf([1e9, { rate: 1e9, coordinatorRoundTrip: 1 }]);
    const plan = candidateOf(settingOf(work, fleet, { ...options, exchangeEvery: 4 }), [0, 1], 'quick');
    if (!plan) throw new Error('two peers that hold the job');
    expect(plan.cost.limit).toBe('grants');
    const { secondsPerStep } = simulateRun(work, fleet, plan, exact);
    expect(secondsPerStep / plan.cost.secondsPerStep).toBeCloseTo(1, 1);
  });

  it('tells the coordinator of each epoch once a peer, and is granted one for it', () => {
    const fleet = fleetOf([1e7, 1e7, 1e7, 1e7]);
    const plan = planFleet(work, fleet, { ...options, use: 'all' });
    if (!plan) throw new Error('peers that hold the job');
    const { coordinatorMessages, secondsPerStep } = simulateRun(work, fleet, plan, {
      ...exact,
      exchanges: 160,
    });
    const perEpoch = coordinatorMessages * secondsPerStep * plan.pace.epoch;
    expect(perEpoch).toBeGreaterThan(6);
    expect(perEpoch).toBeLessThan(10);
  });

  it('is the same with the same seed, and slower the more times vary', () => {
    const fleet = fleetOf(new Array(8).fill({ rate: 1e7, up: 20 * MBIT, down: 100 * MBIT }), {
      roundTrip: 0.02,
    });
    const plan = planFleet(work, fleet, { ...options, use: 'all' });
    if (!plan) throw new Error('peers that hold the job');
    const noisy = (computeNoise: number, seed = 7) =>
      simulateRun(work, fleet, plan, { seed, exchanges: 60, computeNoise, latencyNoise: 0.1 }).secondsPerStep;
    expect(noisy(0.1)).toBe(noisy(0.1));
    expect(noisy(0.1, 8)).not.toBe(noisy(0.1));
    expect(noisy(0.1)).toBeGreaterThan(noisy(0));
    expect(noisy(0.3)).toBeGreaterThan(noisy(0.1));
    expect(costOf(work, fleet, plan.shards, plan.pace).secondsPerStep).toBeLessThanOrEqual(noisy(0.3));
  });
});
