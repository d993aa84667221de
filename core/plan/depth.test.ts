import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partition } from '../grid/partition.js';
import { costOf } from './cost.js';
import { chooseDepth } from './depth.js';
import { anyFleet, fleetOf, waveWork } from './fleet.suite.js';

const work = waveWork(128, 32);
const eight = partition(work.grid, new Array(8).fill(1));
const chosen = (links: Parameters<typeof fleetOf>[1], rate = 1e8) =>
  chooseDepth(work, fleetOf(new Array(8).fill(rate), links), eight, 'none')?.pace.exchangeEvery ?? 0;

it('exchanges at every step where that costs nothing, and the seldomer the longer the way', () => {
  const near = chosen({ roundTrip: 0 });
  const city = chosen({ roundTrip: 0.002 });
  const continent = chosen({ roundTrip: 0.05 });
  expect(near).toBe(1);
  expect(city).toBeGreaterThan(near);
  expect(continent).toBeGreaterThan(city);
});

it('exchanges often where bytes are dear, for depth ships more of them', () => {
  expect(chosen({ rate: 1e6 })).toBe(1);
});

it('alone, has nobody to exchange with', () => {
  const alone = chooseDepth(work, fleetOf([1e9]), partition(work.grid, [1]), 'none');
  expect(alone?.pace).toEqual({ exchangeEvery: 1, epoch: 32, overlap: 'none' });
});

it('exchanges seldomer where memory is dear, by as many steps as a sweep has, and not where the caches hold a shard', () => {
  const depthOf = (edge: number) => {
    const work = waveWork(edge, edge / 2);
    const fleet = fleetOf([1, 2].map(() => ({ rate: 1e9, sweepUpdates: 1 })));
    return chooseDepth(work, fleet, partition(work.grid, [1, 1]), 'none')?.pace.exchangeEvery;
  };
  expect(depthOf(256)).toBe(8);
  expect(depthOf(64)).toBe(1);
});

it('reaches no farther than an epoch, and than the thinnest shard', () => {
  const far = fleetOf(new Array(8).fill(1e12), { roundTrip: 10 });
  expect(chooseDepth(work, far, eight, 'none')?.pace).toMatchObject({ exchangeEvery: 32, epoch: 32 });
  const thin = partition({ ...work.grid, brick: [8, 8, 8] }, [1000, 1]);
  const two = fleetOf([1e12, 1e12], { roundTrip: 10 });
  expect(chooseDepth(work, two, thin, 'none')?.pace.exchangeEvery).toBe(8);
});

it('ends an epoch within half a second, for a plan to change there, unless grants would be waited for', () => {
  const half = [5e6, 5e6];
  const two = partition(work.grid, [1, 1]);
  const slow = chooseDepth(work, fleetOf(half), two, 'none');
  expect((slow?.pace.epoch ?? 0) * (slow?.cost.secondsPerStep ?? 0)).toBeLessThanOrEqual(0.5);
  const away = half.map((rate) => ({ rate, coordinatorRoundTrip: 60 }));
  expect(chooseDepth(work, fleetOf(away), two, 'none')?.pace.epoch).toBe(32);
});

it('takes no halo that does not fit a peer’s memory', () => {
  const far = { roundTrip: 10 };
  const memory = 66 ** 3 * 8 + 1;
  const tight = fleetOf(new Array(8).fill({ memory }), far);
  expect(chooseDepth(work, tight, eight, 'none')?.pace.exchangeEvery).toBe(2);
  expect(chooseDepth(work, fleetOf(new Array(8).fill({ memory: 100 }), far), eight, 'none')).toBeUndefined();
});

it('is hardly slower than any other depth, and an epoch holds whole exchanges', () => {
  fc.assert(
    fc.property(anyFleet(6), (fleet) => {
      const small = waveWork(64, 8);
      const shards = partition(
        small.grid,
        fleet.peers.map(({ rate }) => rate),
        { effort: 'quick' },
      );
      const depth = chooseDepth(small, fleet, shards, 'none');
      expect((depth?.pace.epoch ?? 1) % (depth?.pace.exchangeEvery ?? 1)).toBe(0);
      for (const exchangeEvery of [1, 2, 4, 8]) {
        const pace = { exchangeEvery, epoch: 8, overlap: 'none' as const };
        const { secondsPerStep } = costOf(small, fleet, shards, pace);
        expect(depth?.cost.secondsPerStep).toBeLessThanOrEqual(1.011 * secondsPerStep);
      }
    }),
    { numRuns: 50 },
  );
});
