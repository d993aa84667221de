import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf } from './cost.js';
import { deadlineAfter } from './deadline.js';
import { partOf } from './fleet.js';
import { fleetOf, waveWork } from './fleet.suite.js';
import { MeasuredRate } from './measured.js';
import { worthMoving } from './moving.js';
import { planFleet } from './plan-fleet.js';

/** Tenths of noise, now and then a measurement that is far off. */
const noisy = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: 0.9, max: 1.1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0.01, 5) },
);

describe('a rate that is measured', () => {
  it('is what was claimed until the first epoch, and then what was seen', () => {
    const rate = new MeasuredRate(1e12);
    expect(rate.value).toBe(1e12);
    rate.computed(1e6, 1);
    expect(rate.value).toBe(1e6);
  });

  it('does not follow an epoch or two that are far off, nor a clock that stands still', () => {
    const rate = new MeasuredRate(1);
    for (const seconds of [1, 1.01, 0.99, 30, 1, 0.02, 0, 1.02]) rate.computed(1e6, seconds);
    expect(rate.value / 1e6).toBeCloseTo(1, 1);
  });

  it('follows a device that slows four times, or is quick again, within three epochs', () => {
    const rate = new MeasuredRate(1);
    for (let epoch = 0; epoch < 20; epoch++) rate.computed(1e6, 1);
    for (let epoch = 0; epoch < 3; epoch++) rate.computed(1e6, 4);
    expect(rate.value).toBeCloseTo(0.25e6, 6);
    for (let epoch = 0; epoch < 3; epoch++) rate.computed(1e6, 1);
    expect(rate.value).toBeCloseTo(1e6, 6);
  });

  it('stays within the noise, whatever comes first', () => {
    fc.assert(
      fc.property(fc.array(noisy, { minLength: 24, maxLength: 24 }), (factors) => {
        const inARow = factors.some(
          (_, i) => factors.slice(i, i + 8).filter((f) => f < 0.9 || f > 1.1).length > 2,
        );
        fc.pre(!inARow);
        const rate = new MeasuredRate(1);
        for (const factor of factors) rate.computed(1e6, factor);
        expect(rate.value / 1e6).toBeGreaterThan(0.85);
        expect(rate.value / 1e6).toBeLessThan(1.2);
      }),
    );
  });
});

describe('a peer that is late', () => {
  const regular = [1, 1.1, 0.9, 1, 1.05, 0.95];

  it('has until six deviations beyond its median, and twice its median at least', () => {
    expect(deadlineAfter(regular)).toBe(2);
    expect(deadlineAfter([1, 2, 3, 4, 5])).toBeCloseTo(3 + 6 * 1.4826, 9);
    expect(deadlineAfter([1, 1, 1])).toBe(Infinity);
  });
});

describe('a fleet whose rates are noisy', () => {
  const work = waveWork(128, 16);
  const secondsLeft = { remainingSteps: 100_000, moving: 1, scatter: 0 };
  const speeds = [1e7, 2e7, 4e7, 8e7];
  const options = { overlap: 'none', use: 'fastest' } as const;

  /** Plans as a coordinator would: a new one where it is worth the move. Gives the number of moves. */
  const follow = (measure: (epoch: number, peer: number) => number, epochs: number) => {
    const rates = speeds.map((speed) => new MeasuredRate(speed));
    let present = planFleet(work, fleetOf(speeds), options);
    let moves = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [peer, rate] of rates.entries())
        rate.computed((speeds[peer] ?? 0) / measure(epoch, peer), 1);
      const fleet = fleetOf(rates.map(({ value }) => value));
      const better = planFleet(work, fleet, options);
      if (!present || !better) throw new Error('a fleet that holds the job');
      const now = costOf(work, partOf(fleet, present.members), present.shards, present.pace);
      const change = { present: now.secondsPerStep, better: better.cost.secondsPerStep, ...secondsLeft };
      if (!worthMoving(change)) continue;
      present = better;
      moves += 1;
    }
    return moves;
  };

  it('keeps its plan', () => {
    let state = 7;
    const noise = () => {
      state = (state * 48271) % 2147483647;
      return 0.96 + (0.08 * state) / 2147483647;
    };
    expect(follow(noise, 30)).toBeLessThanOrEqual(1);
  });

  it('changes it once where a peer slows four times', () => {
    expect(follow((epoch, peer) => (peer === 3 && epoch >= 10 ? 4 : 1), 30)).toBe(1);
  });
});
