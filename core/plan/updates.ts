import { STEPS_OF_SWEEP } from '../../shaders/wasm/blocking.js';
import { AXES, type Box } from '../grid/box.js';
import type { Work } from './work.js';

/** A shard that takes no more stays in a processor's caches, whose lowest level many share. */
const CACHED_BYTES = 8 * 1024 * 1024;

/** Cell updates of one shard between two exchanges. */
export interface Updates {
  /** All of them, the overlap that neighbours compute too included. */
  readonly all: number;
  /** Those of the shard's own cells: what the run gets. */
  readonly own: number;
  /** Of all, those that what the shard sends next depends on: they can be made first, and the rest while it travels. */
  readonly band: number;
  /** How often cells go through memory: in the first step of a sweep of several. 0 for a shard that stays in the caches. */
  readonly swept: number;
  /** Of these, for what the band is made of. */
  readonly bandSwept: number;
}

/**
 * Cell updates that a shard makes in `steps` steps between two exchanges, with radius r. Step j of k updates the shard
 * and (k − j)·r ghost cells around it (see `updateBoxes`). What is sent after step k are the outer k·r cells; they
 * depend, at step j, on what lies less than k·r + (k − j)·r from the shard's border.
 */
export function updatesOf(work: Work, shard: Box, steps: number): Updates {
  const { radius, updatesOfCell } = work;
  const own = grownCells(work, shard, 0);
  if (own === 0) return { all: 0, own: 0, band: 0, swept: 0, bandSwept: 0 };
  const isCached = grownCells(work, shard, steps * radius) * work.bytesHeld <= CACHED_BYTES;
  let all = 0;
  let inside = 0;
  let swept = 0;
  let insideSwept = 0;
  for (let left = steps - 1; left >= 0; left--) {
    const grown = grownCells(work, shard, left * radius);
    const within = grownCells(work, shard, -(steps + left) * radius);
    all += grown;
    inside += within;
    if (isCached || (steps - 1 - left) % STEPS_OF_SWEEP !== 0) continue;
    swept += grown;
    insideSwept += within;
  }
  return {
    all: all * updatesOfCell,
    own: own * steps * updatesOfCell,
    band: (all - inside) * updatesOfCell,
    swept: swept * updatesOfCell,
    bandSwept: (swept - insideSwept) * updatesOfCell,
  };
}

/**
 * Cells of the shard that may be updated, with `layers` more around it, or less where they are negative: a side at the
 * grid's end has no neighbour, and stays where it is.
 */
function grownCells({ grid, updatable }: Work, shard: Box, layers: number): number {
  let cells = 1;
  for (const axis of AXES) {
    const deep = grid.dimensions === 2 && axis === 0 ? 0 : layers;
    const low = shard.lo[axis] > 0 || grid.periodic[axis] ? deep : 0;
    const high = shard.hi[axis] < grid.shape[axis] || grid.periodic[axis] ? deep : 0;
    const from = Math.max(shard.lo[axis] - low, updatable.lo[axis]);
    cells *= Math.max(0, Math.min(shard.hi[axis] + high, updatable.hi[axis]) - from);
  }
  return cells;
}
