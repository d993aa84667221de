import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { partition } from '../../core/grid/partition.js';
import { costOf } from '../../core/plan/cost.js';
import type { Fleet } from '../../core/plan/fleet.js';
import { fleetOf, waveWork } from '../../core/plan/fleet.suite.js';
import type { Work } from '../../core/plan/work.js';
import { Scaling, yardstickOf } from './scaling.js';

const work = { ...waveWork(32, 8), updatable: boxOfShape([32, 32, 32]) };
const pace = { exchangeEvery: 1, epoch: 8, overlap: 'none' } as const;
const runOf = (rates: readonly number[], aims: readonly number[]) => yardstick(fleetOf(rates), aims);
const yardstick = (fleet: Fleet, aims: readonly number[], of: Work = work) => {
  const shards = partition(of.grid, aims);
  const members = fleet.peers.map((_, peer) => peer);
  return yardstickOf(of, fleet, { members, shards, pace, cost: costOf(of, fleet, shards, pace) });
};

test('a run that takes as long as its peers need for the cells alone has the whole efficiency', () => {
  const scaling = new Scaling();
  scaling.against(runOf([1e6, 1e6], [1, 1]));
  expect(scaling.shown(32 ** 3 / 2e6)).toMatchObject({ strongEfficiency: 1, weakEfficiency: 1 });
  expect(scaling.shown(32 ** 3 / 1e6)).toMatchObject({ strongEfficiency: 0.5, weakEfficiency: 0.5 });
});

test('a peer alone that never waits is as efficient as can be, also where its cells go through memory', () => {
  const scaling = new Scaling();
  const large = { ...waveWork(128, 32), updatable: boxOfShape([128, 128, 128]) };
  scaling.against(yardstick(fleetOf([{ rate: 1e6, sweepUpdates: 1 }]), [1], large));
  // Eight steps at once take a cell from memory once.
  expect(scaling.shown((128 ** 3 * (1 + 1 / 8)) / 1e6)).toMatchObject({ strongEfficiency: 1 });
});

test('what is predicted goes by the rates that are known now, whatever the plan promised by others', () => {
  const scaling = new Scaling();
  scaling.against(runOf([4e6, 4e6], [1, 1]));
  scaling.against(runOf([1e6, 1e6], [1, 1]));
  const shown = scaling.shown(32 ** 3 / 1e6);
  expect(shown).toMatchObject({ strongEfficiency: 0.5 });
  expect(shown?.predictedEfficiency).toBeGreaterThan(0.5);
  expect(shown?.predictedEfficiency).toBeLessThanOrEqual(1);
});

test('no prediction is above what peers could do, however they are', () => {
  const speeds = fc.array(
    fc.record({ rate: fc.double({ min: 1e5, max: 1e9, noNaN: true }), sweepUpdates: fc.constantFrom(0, 1) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(speeds, (peers) => {
      const { shared, predicted } = yardstick(
        fleetOf(peers),
        peers.map(() => 1),
      );
      expect(shared / predicted).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});

test('a whole run counts each step by the plan that it was made under', () => {
  const scaling = new Scaling();
  const step = 32 ** 3 / 1e6;
  scaling.against(runOf([1e6], [1]));
  scaling.made(10, 10 * step);
  scaling.against(runOf([1e6, 1e6], [1, 1]));
  scaling.made(10, 10 * step);
  expect(scaling.shown(undefined)).toMatchObject({ strongEfficiency: 0.75 });
});

test('halves for peers of unequal speed cost strong efficiency', () => {
  const scaling = new Scaling();
  scaling.against(runOf([1e6, 3e6], [1, 1]));
  expect(scaling.shown(32 ** 3 / 2 / 1e6)).toMatchObject({ strongEfficiency: 0.5 });
});

test('what peers spent is added up, and a GPU is used while its peer neither waits nor reads', () => {
  const scaling = new Scaling();
  expect(scaling.shown(undefined)).toBeUndefined();
  scaling.against(runOf([1e6, 1e6], [1, 1]));
  expect(scaling.shown(undefined)).toMatchObject({ strongEfficiency: null, gpuUtilisation: null });
  scaling.spent('wasm', { computeSeconds: 1, waitSeconds: 1, otherSeconds: 5 });
  scaling.spent('webgpu', { computeSeconds: 3, waitSeconds: 1, otherSeconds: 2 });
  const shown = scaling.shown(1);
  expect(shown).toMatchObject({
    computeSeconds: 4,
    communicationSeconds: 2,
    otherSeconds: 7,
    gpuUtilisation: 0.5,
  });
  expect(shown?.memoryBytes).toBeGreaterThan(32 ** 3 * 8);
});
