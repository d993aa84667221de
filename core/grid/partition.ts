import { PartitionError } from '../errors.js';
import { AXES, type Box, cellCount, shapeOf, type Triple } from './box.js';
import { brickCounts, cellsOfBricks } from './bricks.js';
import type { Grid } from './grid.js';

/**
 * What a longer border is worth in balance: a cut of twice the least possible area is taken only where it
 * shortens the slower side's step by more than this part.
 */
const BORDER_PRICE = 0.05;
/**
 * What an even cut is worth in balance: slicing thin pieces off one by one balances as well as halving, but
 * leaves plates, whose halos are large.
 */
const EVENNESS_PRICE = 0.05;

/** The largest number of shards the grid can be cut into: its bricks. */
export function mostShards(grid: Grid): number {
  const [nz, ny, nx] = brickCounts(grid);
  return nz * ny * nx;
}

/**
 * Cuts the grid into one box of whole bricks per weight, in the order of `weights`, by recursive bisection:
 * a box is cut by the plane that best shares its cells in proportion to the weights on either side, with a
 * preference for small planes, so for cuts across the longest axis. The boxes are never empty and cover the
 * grid exactly once. A shard's cells follow its weight as nearly as whole layers of bricks allow; a weight that
 * is too small for a brick gets at least one all the same (see `worthAShard`). Equal arguments give equal boxes.
 *
 * `weights` are positive, in any unit: cell updates per second of each peer.
 *
 * @throws PartitionError where there are fewer bricks than weights
 * @throws RangeError where there is no weight, or one that is not positive and finite
 */
export function partition(grid: Grid, weights: readonly number[]): Box[] {
  if (weights.length === 0) throw new RangeError('a grid is cut for one peer or more');
  if (!weights.every((weight) => weight > 0 && weight < Infinity)) {
    throw new RangeError(`weights are positive and finite: ${weights.join(', ')}`);
  }
  const most = mostShards(grid);
  if (weights.length > most) throw new PartitionError(most, weights.length);

  const boxes = new Array<Box>(weights.length);
  const place = (bricks: Box, peers: readonly Peer[]) => {
    const [only] = peers;
    if (peers.length === 1 && only) {
      boxes[only.index] = cellsOfBricks(grid, bricks);
      return;
    }
    const { low, high, peersLow } = bestCut(grid, bricks, peers);
    place(low, peers.slice(0, peersLow));
    place(high, peers.slice(peersLow));
  };
  place({ lo: [0, 0, 0], hi: brickCounts(grid) }, fastestFirst(weights));
  return boxes;
}

/**
 * The indices, ascending, of the peers whose help makes a step quicker: the subset for which the slowest
 * shard of `partition` is done soonest, among the subsets "the n fastest"; the smaller where two tie. A peer far slower than the others
 * would hold them all up, because the least it can be given is a layer of bricks. There are never more than
 * `mostShards`. Communication is not counted. `weights` as for `partition`.
 */
export function worthAShard(grid: Grid, weights: readonly number[]): number[] {
  const ranked = fastestFirst(weights);
  let best: readonly Peer[] = ranked.slice(0, 1);
  let bestTime = Infinity;
  for (let n = Math.min(ranked.length, mostShards(grid)); n >= 1; n--) {
    const fleet = ranked.slice(0, n);
    if (idealTime(grid, fleet) > bestTime) break;
    const speeds = fleet.map(({ weight }) => weight);
    const time = stepTime(partition(grid, speeds), fleet);
    if (time <= bestTime) {
      best = fleet;
      bestTime = time;
    }
  }
  return best.map(({ index }) => index).sort((a, b) => a - b);
}

interface Peer {
  readonly index: number;
  readonly weight: number;
}

/** Peers of like speed side by side, so that slow ones share a thin piece between them. */
function fastestFirst(weights: readonly number[]): Peer[] {
  return weights
    .map((weight, index) => ({ index, weight }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
}

function totalWeight(peers: readonly Peer[]): number {
  return peers.reduce((sum, { weight }) => sum + weight, 0);
}

function idealTime({ shape }: Grid, peers: readonly Peer[]): number {
  return (shape[0] * shape[1] * shape[2]) / totalWeight(peers);
}

function stepTime(boxes: readonly Box[], peers: readonly Peer[]): number {
  return Math.max(...boxes.map((box, i) => cellCount(box) / (peers[i]?.weight ?? 0)));
}

/** Two boxes of bricks, side by side along `axis`. */
interface Plane {
  readonly axis: 0 | 1 | 2;
  readonly low: Box;
  readonly high: Box;
}

/** The first `peersLow` peers share `low`, the others `high`. */
interface Cut extends Plane {
  readonly peersLow: number;
}

/** `bricks` holds two bricks or more, and one at least for each of the two or more peers. */
function bestCut(grid: Grid, bricks: Box, peers: readonly Peer[]): Cut {
  const whole = cellsOfBricks(grid, bricks);
  const total = totalWeight(peers);
  const idealTime = cellCount(whole) / total;
  const planes = planesThrough(bricks);
  const leastBorder = Math.min(...planes.map(({ axis }) => borderCells(whole, axis)));

  let best: Cut | undefined;
  let lowestCost = Infinity;
  for (const plane of planes) {
    const cellsLow = cellCount(cellsOfBricks(grid, plane.low));
    const cellsHigh = cellCount(whole) - cellsLow;
    const shapePrice =
      BORDER_PRICE * (borderCells(whole, plane.axis) / leastBorder - 1) +
      EVENNESS_PRICE * (Math.abs(cellsLow - cellsHigh) / cellCount(whole));
    const fewestLow = Math.max(1, peers.length - cellCount(plane.high));
    const mostLow = Math.min(peers.length - 1, cellCount(plane.low));
    let weightLow = totalWeight(peers.slice(0, fewestLow - 1));
    for (let peersLow = fewestLow; peersLow <= mostLow; peersLow++) {
      weightLow += peers[peersLow - 1]?.weight ?? 0;
      const slower = Math.max(cellsLow / weightLow, cellsHigh / (total - weightLow));
      const cost = slower / idealTime + shapePrice;
      if (!best || cost < lowestCost) {
        lowestCost = cost;
        best = { ...plane, peersLow };
      }
    }
  }
  if (!best) throw new RangeError('one brick cannot be cut');
  return best;
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
function borderCells(box: Box, axis: 0 | 1 | 2): number {
  return cellCount(box) / shapeOf(box)[axis];
}

function replaced([z, y, x]: Triple, axis: 0 | 1 | 2, value: number): Triple {
  return [axis === 0 ? value : z, axis === 1 ? value : y, axis === 2 ? value : x];
}
