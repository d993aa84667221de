import { type Axis, type Box, cellCount, grow, intersect } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import { ghostLayers } from '../grid/halo.js';
import type { Work } from './work.js';

/** Cell updates of one shard between two exchanges. */
export interface Updates {
  /** All of them, the overlap that neighbours compute too included. */
  readonly all: number;
  /** Those of the shard's own cells: what the run gets. */
  readonly own: number;
  /** Of all, those that what the shard sends next depends on: they can be made first, and the rest while it travels. */
  readonly band: number;
}

/**
 * Cell updates that a shard makes in `steps` steps between two exchanges, with radius r. Step j of k updates the shard
 * and (k − j)·r ghost cells around it (see `updateBoxes`). What is sent after step k are the outer k·r cells; they
 * depend, at step j, on what lies less than k·r + (k − j)·r from the shard's border.
 */
export function updatesOf(work: Work, shard: Box, steps: number): Updates {
  const { radius, updatable, updatesOfCell, grid } = work;
  const own = cellsIn(shard, updatable);
  if (own === 0) return { all: 0, own: 0, band: 0 };
  let all = 0;
  let inside = 0;
  for (let left = steps - 1; left >= 0; left--) {
    all += cellsIn(grow(shard, ghostLayers(left * radius, grid.dimensions)), updatable);
    inside += cellsIn(insideOf(grid, shard, (steps + left) * radius), updatable);
  }
  return { all: all * updatesOfCell, own: own * steps * updatesOfCell, band: (all - inside) * updatesOfCell };
}

function cellsIn(box: Box, within: Box): number {
  return cellCount(intersect(box, within));
}

/** A shard less `layers` cells on each side that has a neighbour; empty where it is too thin. */
function insideOf(grid: Grid, { lo, hi }: Box, layers: number): Box {
  const deep = ghostLayers(layers, grid.dimensions);
  const low = (axis: Axis) => lo[axis] + (lo[axis] > 0 || grid.periodic[axis] ? deep[axis] : 0);
  const high = (axis: Axis) =>
    hi[axis] - (hi[axis] < grid.shape[axis] || grid.periodic[axis] ? deep[axis] : 0);
  return { lo: [low(0), low(1), low(2)], hi: [high(0), high(1), high(2)] };
}
