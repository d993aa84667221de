import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyShards } from '../grid/arbitrary.suite.js';
import { boxOfShape, cellCount, grow, intersect } from '../grid/box.js';
import { updateBoxes } from '../grid/deep.js';
import { frameOf, haloRegions } from '../grid/halo.js';
import { partition } from '../grid/partition.js';
import { checkJob } from '../job/check.js';
import { planExchange } from '../peer/exchange.js';
import { haloBytes } from './cost.js';
import { haloCells, neighboursOf } from './neighbours.js';
import { updatesOf } from './updates.js';
import { workOf } from './work.js';

const anyLayers = fc.integer({ min: 0, max: 5 });

test('halo cells are those of the regions that peers exchange, periodic images included', () => {
  fc.assert(
    fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
      const listed = shards.map(() => shards.map(() => 0));
      for (const { from, to, target } of haloRegions(grid, shards, layers)) {
        (listed[from] as number[])[to] = (listed[from]?.[to] ?? 0) + cellCount(target);
      }
      const pairs = neighboursOf(grid, shards, layers).map(({ a, b }) => `${a} ${b}`);
      for (const [a, sender] of shards.entries()) {
        for (const [b, receiver] of shards.entries()) {
          if (a === b) continue;
          expect(haloCells(grid, sender, receiver, layers)).toBe(listed[a]?.[b]);
          if (a < b) expect(pairs.includes(`${a} ${b}`)).toBe(listed[a]?.[b] !== 0);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('updates are those of the boxes that a shard updates, and its own part is what the run gets', () => {
  fc.assert(
    fc.property(
      anyShards,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(1, 2),
      ({ grid, shards }, steps, radius) => {
        const edge = (layers: 1 | -1) =>
          [0, 1, 2].map((axis) =>
            grid.periodic[axis as 0 | 1 | 2] || (axis === 0 && grid.dimensions === 2)
              ? -layers * Infinity
              : layers,
          ) as [number, number, number];
        const updatable = {
          lo: edge(1),
          hi: [
            grid.shape[0] + edge(-1)[0],
            grid.shape[1] + edge(-1)[1],
            grid.shape[2] + edge(-1)[2],
          ] as const,
        };
        const work = { ...workOf(job), grid, updatable, radius, updatesOfCell: 3 };
        for (const shard of shards) {
          const boxes = updateBoxes(shard, updatable, steps, radius, grid.dimensions);
          const { all, own, band } = updatesOf(work, shard, steps);
          expect(all).toBe(3 * boxes.reduce((sum, box) => sum + cellCount(box), 0));
          expect(own).toBe(3 * steps * cellCount(intersect(shard, updatable)));
          expect(band).toBeLessThanOrEqual(all);
        }
      },
    ),
    { numRuns: 60 },
  );
});

const job = checkJob({
  name: 'tracked',
  model: 'wave',
  components: ['L', 'T'],
  grid: { shape: [24, 24, 24], spacing: 1, brick: 8 },
  time: { steps: 10 },
  parameters: { speed: 1 },
});

test('bytes are those of the parcels that a job’s peers send', () => {
  const boxes = partition(job.grid, [1, 2, 3, 4, 5]);
  const exchangeEvery = 3;
  const shards = boxes.map((box, i) => ({ peer: `peer${i}`, box }));
  const plan = {
    id: 1,
    job: 'a',
    from: 0,
    source: { kind: 'initial' as const },
    exchangeEvery,
    epoch: 6,
    shards,
  };
  for (const [self, box] of boxes.entries()) {
    for (const { shard, cells } of planExchange(job, plan, self).outgoing) {
      expect(haloBytes(workOf(job), box, boxes[shard] as (typeof boxes)[0], exchangeEvery)).toBe(cells * 4);
    }
  }
});

test('what is computed first holds every cell that is sent, and nothing at the edge of the grid', () => {
  const work = { ...workOf(job), updatable: boxOfShape(job.grid.shape) };
  const low = { lo: [0, 0, 0], hi: [12, 24, 24] } as const;
  // Step 1 of 2 updates one ghost layer and leaves three inside for later, step 2 leaves two.
  const { all, band } = updatesOf(work, low, 2);
  expect(all).toBe(2 * (13 + 12) * 24 ** 2);
  expect(all - band).toBe(2 * (12 - 3 + 12 - 2) * 24 ** 2);
  expect(cellCount(frameOf(job.grid, low, 2))).toBe(
    cellCount(intersect(grow(low, [2, 0, 0]), boxOfShape([24, 24, 24]))),
  );
});
