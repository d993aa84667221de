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
  const shape = shapeOf(whole);
  const longest = Math.max(
    ...AXES.filter((axis) => bricksAlong(bricks, axis) > 1).map((axis) => shape[axis]),
  );
  const near = splitsNear(peers);

  const ranked: { readonly cost: number; readonly axis: Axis; readonly at: number; readonly split: Split }[] =
    [];
  for (const axis of AXES) {
    const layer = cellCount(bricks) / bricksAlong(bricks, axis);
    // Of the planes that cut the box, the one across its longest axis is the smallest.
    const borderPrice = BORDER_PRICE * (longest / shape[axis] - 1);
    for (let at = bricks.lo[axis] + 1; at < bricks.hi[axis]; at++) {
      const part = (at * grid.brick[axis] - whole.lo[axis]) / shape[axis];
      const shapePrice = borderPrice + EVENNESS_PRICE * Math.abs(2 * part - 1);
      const roomLow = (at - bricks.lo[axis]) * layer;
      const roomHigh = (bricks.hi[axis] - at) * layer;
      for (const split of near(part, roomLow, roomHigh, most)) {
        const cost = Math.max(part / split.part, (1 - part) / (1 - split.part)) + shapePrice;
        if (ranked.length === most && cost >= (ranked[most - 1]?.cost ?? 0)) continue;
        const place = ranked.findIndex((other) => cost < other.cost);
        ranked.splice(place < 0 ? ranked.length : place, 0, { cost, axis, at, split });
        if (ranked.length > most) ranked.pop();
      }
    }
  }
  return ranked.map(({ axis, at, split }) => ({
    low: { lo: bricks.lo, hi: replaced(bricks.hi, axis, at) },
    high: { lo: replaced(bricks.lo, axis, at), hi: bricks.hi },
    ...split.groups(),
  }));
}

function bricksAlong({ lo, hi }: Box, axis: Axis): number {
  return hi[axis] - lo[axis];
}

function replaced([z, y, x]: Triple, axis: Axis, value: number): Triple {
  return [axis === 0 ? value : z, axis === 1 ? value : y, axis === 2 ? value : x];
}
