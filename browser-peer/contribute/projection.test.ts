import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AXES, type Box, boxOfShape } from '../../core/grid/box.js';
import { facesOf, paintOrder } from './projection.js';

/** Cuts a box in two, again and again, as the partition does. */
function cut(box: Box, cuts: readonly (readonly [axis: 0 | 1 | 2, at: number])[]): Box[] {
  const [first, ...rest] = cuts;
  if (!first) return [box];
  const [axis, at] = first;
  const [lo, hi] = [box.lo[axis], box.hi[axis]];
  const middle = lo + Math.max(1, Math.floor((hi - lo) * at));
  if (middle >= hi) return [box];
  const low: Box = { lo: box.lo, hi: box.hi.with(axis, middle) as unknown as Box['hi'] };
  const high: Box = { lo: box.lo.with(axis, middle) as unknown as Box['lo'], hi: box.hi };
  const half = Math.floor(rest.length / 2);
  return [...cut(low, rest.slice(0, half)), ...cut(high, rest.slice(half))];
}

const anyCuts = fc.array(fc.tuple(fc.constantFrom(0, 1, 2), fc.double({ min: 0, max: 1, noNaN: true })), {
  maxLength: 24,
});

it('paints every shard once, and none over one that stands in front of it', () => {
  fc.assert(
    fc.property(anyCuts, (cuts) => {
      const boxes = cut(boxOfShape([20, 24, 28]), cuts as [0 | 1 | 2, number][]);
      const order = paintOrder(boxes);
      expect([...order].sort((a, b) => a - b)).toEqual([...boxes.keys()]);
      for (const [i, near] of order.entries()) {
        for (const later of order.slice(i + 1)) {
          expect(standsInFront(boxes[near] as Box, boxes[later] as Box)).toBe(false);
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('looks at a 3-D grid from high x, y and z, and at a 2-D grid from above', () => {
  expect(facesOf(boxOfShape([2, 3, 4]), 3).map(({ side }) => side)).toEqual(['left', 'right', 'top']);
  const [flat] = facesOf(boxOfShape([1, 3, 4]), 2);
  expect(flat?.corners.map(([x, y]) => [x, y + 0])).toEqual([
    [0, 0],
    [4, 0],
    [4, -3],
    [0, -3],
  ]);
});

/** Whether a line of sight, along which all coordinates grow, can lead from `far` to `near` and not back. */
function standsInFront(near: Box, far: Box): boolean {
  const reaches = (from: Box, to: Box) => AXES.every((axis) => from.lo[axis] < to.hi[axis]);
  return reaches(far, near) && !reaches(near, far);
}
