import { expect, test } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { partition } from '../../core/grid/partition.js';
import { costOf } from '../../core/plan/cost.js';
import { fleetOf, waveWork } from '../../core/plan/fleet.suite.js';
import { Scaling, yardstickOf } from './scaling.js';

const work = { ...waveWork(32, 8), updatable: boxOfShape([32, 32, 32]) };
const pace = { exchangeEvery: 1, epoch: 8, overlap: 'none' } as const;
const runOf = (rates: readonly number[], aims: readonly number[]) => {
  const fleet = fleetOf(rates);
  const shards = partition(work.grid, aims);
  const members = rates.map((_, peer) => peer);
  return yardstickOf(work, fleet, { members, shards, pace, cost: costOf(work, fleet, shards, pace) });
};

test('a run that takes as long as its peers need for the cells alone has the whole efficiency', () => {
  const scaling = new Scaling();
  scaling.against(runOf([1e6, 1e6], [1, 1]));
  expect(scaling.shown(32 ** 3 / 2e6)).toMatchObject({ strongEfficiency: 1, weakEfficiency: 1 });
  expect(scaling.shown(32 ** 3 / 1e6)).toMatchObject({ strongEfficiency: 0.5, weakEfficiency: 0.5 });
});

test('halves for peers of unequal speed cost strong efficiency', () => {
  const scaling = new Scaling();
  scaling.against(runOf([1e6, 3e6], [1, 1]));
  expect(scaling.shown(32 ** 3 / 2 / 1e6)).toMatchObject({ strongEfficiency: 0.5 });
});

test('what peers spent is added up, and a GPU is used while its peer does not wait', () => {
  const scaling = new Scaling();
  expect(scaling.shown(null)).toBeUndefined();
  scaling.against(runOf([1e6, 1e6], [1, 1]));
  expect(scaling.shown(null)).toMatchObject({ strongEfficiency: null, gpuUtilisation: null });
  scaling.spent('wasm', 1, 1);
  scaling.spent('webgpu', 3, 1);
  const shown = scaling.shown(1);
  expect(shown).toMatchObject({ computeSeconds: 4, communicationSeconds: 2, gpuUtilisation: 0.75 });
  expect(shown?.memoryBytes).toBeGreaterThan(32 ** 3 * 8);
});
