import { expect, test } from 'vitest';
import { timesCovered } from './arbitrary.suite.js';
import { coursesOf, shareInside } from './bands.js';
import { type Box, cellCount, contains, intersect, isEmpty } from './box.js';
import { updateBoxes } from './deep.js';
import type { Grid } from './grid.js';
import { haloRegions } from './halo.js';
import { partition } from './partition.js';

const grid: Grid = {
  dimensions: 3,
  shape: [24, 30, 26],
  brick: [4, 5, 13],
  periodic: [false, false, true],
};
const RADIUS = 1;
const updatable: Box = { lo: [1, 1, -Infinity], hi: [23, 29, Infinity] };
/** A plane through the middle and across all axes but one: enough to find a gap beside any side. */
const sample = ({ lo, hi }: Box): Box => ({
  lo: [lo[0], Math.floor((lo[1] + hi[1]) / 2), lo[2]],
  hi: [hi[0], Math.floor((lo[1] + hi[1]) / 2) + 1, hi[2]],
});

const cases = [1, 2, 3].flatMap((steps) =>
  [1, 2, 3].map((count) => ({
    steps,
    shards: partition(
      grid,
      Array.from({ length: count }, (_, i) => 1 + i),
    ),
  })),
);

test.each(cases)('$steps steps: each cell of each step is made once', ({ steps, shards }) => {
  for (const shard of shards) {
    const courses = coursesOf(grid, shard, updatable, steps, RADIUS);
    if (!courses) throw new Error('a shard of this size has an inside');
    const all = [...courses.bands, courses.inside];
    for (const [step, box] of updateBoxes(shard, updatable, steps, RADIUS, 3).entries()) {
      const parts = all.map((course) => course[step] as Box);
      expect(timesCovered(sample(box), parts)).toEqual([1]);
      expect(parts.reduce((sum, part) => sum + cellCount(part), 0)).toBe(cellCount(box));
      expect(parts.every((part) => contains(box, part))).toBe(true);
    }
    expect(shareInside(courses)).toBeLessThan(1);
  }
});

test.each(cases)('$steps steps: nothing that is sent lies inside', ({ steps, shards }) => {
  const regions = haloRegions(grid, shards, steps * RADIUS);
  for (const [index, shard] of shards.entries()) {
    const last = coursesOf(grid, shard, updatable, steps, RADIUS)?.inside.at(-1) as Box;
    const sent = regions.filter(({ from }) => from === index);
    expect(sent.every(({ source }) => isEmpty(intersect(source, last)))).toBe(true);
  }
});

test('a shard with an inside one cell thick has courses, a thinner one has none', () => {
  const thin = (cells: number): Box => ({ lo: [4, 0, 0], hi: [4 + cells, 30, 26] });
  const closed: Grid = { ...grid, periodic: [false, false, false] };
  expect(coursesOf(closed, thin(7), updatable, 2, RADIUS)?.inside).toHaveLength(2);
  expect(coursesOf(closed, thin(6), updatable, 2, RADIUS)).toBeUndefined();
});

test('a shard without neighbours has no courses', () => {
  const closed: Grid = { ...grid, periodic: [false, false, false] };
  expect(coursesOf(closed, { lo: [0, 0, 0], hi: [24, 30, 26] }, updatable, 2, RADIUS)).toBeUndefined();
});

test('what is fixed has no courses', () => {
  const edge: Box = { lo: [0, 0, 0], hi: [1, 30, 26] };
  expect(coursesOf(grid, edge, updatable, 1, RADIUS)).toBeUndefined();
});
