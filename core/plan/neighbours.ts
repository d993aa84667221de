import { AXES, type Axis, type Box } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';

/** Two shards that exchange halos, by their places in the list of shards; `a` is less than `b`. */
export interface Neighbours {
  readonly a: number;
  readonly b: number;
}

/**
 * Cells of `sender` that `receiver` holds as a halo `layers` deep, in all periodic images: what the regions of
 * `haloRegions` between the two have together, without listing them. The overlap of two boxes is the product of
 * their overlaps along the axes, and so is the sum over the images.
 */
export function haloCells(grid: Grid, sender: Box, receiver: Box, layers: number): number {
  let cells = 1;
  for (const axis of AXES) {
    cells *= overlapAlong(grid, axis, sender, receiver, grid.dimensions === 2 && axis === 0 ? 0 : layers);
    if (cells === 0) return 0;
  }
  return cells;
}

function overlapAlong(grid: Grid, axis: Axis, sender: Box, receiver: Box, layers: number): number {
  const lo = receiver.lo[axis] - layers;
  const hi = receiver.hi[axis] + layers;
  const from = sender.lo[axis];
  const to = sender.hi[axis];
  if (!grid.periodic[axis]) return Math.max(0, Math.min(to, hi) - Math.max(from, lo));
  const period = grid.shape[axis];
  let cells = 0;
  for (let by = Math.floor(lo / period) * period; by < hi; by += period) {
    cells += Math.max(0, Math.min(to + by, hi) - Math.max(from + by, lo));
  }
  return cells;
}

/**
 * Every pair of shards that exchange halos `layers` deep. Those of fewer layers are among them. `shards` tile the grid.
 */
export function neighboursOf(grid: Grid, shards: readonly Box[], layers: number): Neighbours[] {
  const pairs: Neighbours[] = [];
  for (let b = 1; b < shards.length; b++) {
    for (let a = 0; a < b; a++) {
      if (haloCells(grid, shards[a] as Box, shards[b] as Box, layers) > 0) pairs.push({ a, b });
    }
  }
  return pairs;
}
