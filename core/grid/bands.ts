import { AXES, type Axis, type Box, cellCount, isEmpty } from './box.js';
import { updateBoxes } from './deep.js';
import type { Grid } from './grid.js';

/** The boxes that one part of a shard updates, one for each step. None is empty. */
export type Course = readonly Box[];

/** A shard's updates between two exchanges, in courses that are made one after the other, each from the first step to the last. */
export interface Courses {
  /** They make all that is sent at the next exchange. */
  readonly bands: readonly Course[];
  readonly inside: Course;
}

/**
 * Parts the updates of `updateBoxes`: every cell of every step is in exactly one course. Undefined where a shard is too
 * small to have an inside, or has no neighbour.
 *
 * What is sent after step k are the cells within k·r of a side with a neighbour, so that at step j of k the bands hold the cells
 * within (2k − j)·r, and the inside holds the rest. Sides are taken in turn, z before y before x, and each leaves less for those
 * that follow.
 *
 * **Why courses may be made in place, one after the other.** An earlier course makes step t of a cell only where it lies nearer
 * than (2k − t)·r to that course's side, and a later one makes step s of a cell only where it lies (2k − s)·r away or more. For s < t
 * the two are more than (t − s)·r ≥ r apart, so neither reads what the other has overwritten. And at a step's border each finds the level it
 * reads: a cell between (2k − j − 1)·r and (2k − j)·r away has made j steps, and holds the levels of j and j − 1.
 */
export function coursesOf(
  grid: Grid,
  shard: Box,
  updatable: Box,
  steps: number,
  radius: number,
): Courses | undefined {
  const bands: Box[][] = [];
  let rest = updateBoxes(shard, updatable, steps, radius, grid.dimensions);
  const thick = (done: number) => (2 * steps - 1 - done) * radius;
  for (const axis of AXES) {
    const { low, high } = neighboursAlong(grid, shard, axis);
    if (low) {
      const border = (done: number) => shard.lo[axis] + thick(done);
      bands.push(rest.map((box, done) => ({ lo: box.lo, hi: withAt(box.hi, axis, border(done)) })));
      rest = rest.map((box, done) => ({ lo: withAt(box.lo, axis, border(done)), hi: box.hi }));
    }
    if (high) {
      const border = (done: number) => shard.hi[axis] - thick(done);
      bands.push(rest.map((box, done) => ({ lo: withAt(box.lo, axis, border(done)), hi: box.hi })));
      rest = rest.map((box, done) => ({ lo: box.lo, hi: withAt(box.hi, axis, border(done)) }));
    }
  }
  if (bands.length === 0 || rest.length === 0) return undefined;
  return [...bands, rest].flat().some(isEmpty) ? undefined : { bands, inside: rest };
}

/** Part of all updates that the inside has: 0 to less than 1. */
export function shareInside({ bands, inside }: Courses): number {
  const count = (boxes: readonly Box[]) => boxes.reduce((sum, box) => sum + cellCount(box), 0);
  const within = count(inside);
  return within / (within + count(bands.flat()));
}

/** Whether another shard, or an image of this one, lies beyond each end. */
function neighboursAlong({ dimensions, shape, periodic }: Grid, { lo, hi }: Box, axis: Axis) {
  const still = dimensions === 2 && axis === 0;
  return {
    low: !still && (periodic[axis] || lo[axis] > 0),
    high: !still && (periodic[axis] || hi[axis] < shape[axis]),
  };
}

function withAt(corner: Box['lo'], axis: Axis, value: number): Box['lo'] {
  const [z, y, x] = corner;
  return [axis === 0 ? value : z, axis === 1 ? value : y, axis === 2 ? value : x];
}
