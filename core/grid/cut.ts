import { AXES, type Axis, type Box, cellCount, shapeOf, type Triple } from './box.js';
import { cellsOfBricks } from './bricks.js';
import type { Grid } from './grid.js';
import { type Group, type Split, splitsNear } from './split.js';

/**
 * What a longer border is worth in balance: a cut of twice the least possible area is looked at only after those
 * whose slower side is this part of a step quicker.
 */
const BORDER_PRICE = 0.05;
/**
 * What an even cut is worth in balance: slicing thin pieces off one by one balances as well as halving, but
 * leaves plates, whose halos are large.
 */
const EVENNESS_PRICE = 0.05;

/** Two boxes of bricks, side by side, and the peers that share each. */
export interface Cut {
  readonly low: Box;
  readonly high: Box;
  readonly peersLow: readonly Group[];
  readonly peersHigh: readonly Group[];
}

/**
 * The `most` cuts of a box of bricks that look best by themselves, best first: one or more. A good cut shares
 * the cells in proportion to the weights on either side, by a small plane, near the middle.
 *
 * `bricks` holds two bricks or more, and one at least for each of the two or more peers.
 */
export function bestCuts(grid: Grid, bricks: Box, peers: readonly Group[], most: number): Cut[] {
  const whole = cellsOfBricks(grid, bricks);
  const cells = cellCount(whole);
  const planes = planesThrough(bricks);
  const leastBorder = Math.min(...planes.map(({ axis }) => borderCells(whole, axis)));
  const near = splitsNear(peers);

  const ranked: { readonly cost: number; readonly plane: Plane; readonly split: Split }[] = [];
  for (const plane of planes) {
    const part = cellCount(cellsOfBricks(grid, plane.low)) / cells;
    const shapePrice =
      BORDER_PRICE * (borderCells(whole, plane.axis) / leastBorder - 1) +
      EVENNESS_PRICE * Math.abs(2 * part - 1);
    for (const split of near(part, cellCount(plane.low), cellCount(plane.high), most)) {
      const cost = Math.max(part / split.part, (1 - part) / (1 - split.part)) + shapePrice;
      if (ranked.length === most && cost >= (ranked[most - 1]?.cost ?? 0)) continue;
      const place = ranked.findIndex((other) => cost < other.cost);
      ranked.splice(place < 0 ? ranked.length : place, 0, { cost, plane, split });
      if (ranked.length > most) ranked.pop();
    }
  }
  return ranked.map(({ plane: { low, high }, split }) => ({ low, high, ...split.groups() }));
}

interface Plane {
  readonly axis: Axis;
  readonly low: Box;
  readonly high: Box;
}

function planesThrough({ lo, hi }: Box): Plane[] {
  return AXES.flatMap((axis) =>
    Array.from({ length: hi[axis] - lo[axis] - 1 }, (_, i) => {
      const at = lo[axis] + 1 + i;
      return { axis, low: { lo, hi: replaced(hi, axis, at) }, high: { lo: replaced(lo, axis, at), hi } };
    }),
  );
}

/** Cells of one layer across `axis`. */
function borderCells(box: Box, axis: Axis): number {
  return cellCount(box) / shapeOf(box)[axis];
}

function replaced([z, y, x]: Triple, axis: Axis, value: number): Triple {
  return [axis === 0 ? value : z, axis === 1 ? value : y, axis === 2 ? value : x];
}
