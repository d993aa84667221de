import { PartitionError } from '../errors.js';
import { type Box, boxOfShape, cellCount, shapeOf } from './box.js';
import { brickCounts, cellsOfBricks } from './bricks.js';
import { bestCuts } from './cut.js';
import type { Grid } from './grid.js';
import type { Group, Share } from './split.js';

/**
 * Cuts of a box that are followed to the end, by the peers that share it: the cut that looks best by itself is often
 * not, because the layers of bricks left to the last few peers do not share well. Among many peers there is
 * always a cut that does, and each more doubles the search below it.
 */
const CUTS_TRIED: readonly { readonly peers: number; readonly cuts: number }[] = [
  { peers: 4, cuts: 4 },
  { peers: 6, cuts: 2 },
];

/**
 * Times a grid is cut anew, for weights a little more for peers that came out of the last cut with too little: a
 * cut that falls otherwise near the root lets all below it share better. More rounds gain less than 1%.
 */
const ROUNDS = 8;
/** Cutting for more peers than these takes long enough once; so many bricks even out by themselves. */
const MOST_PEERS_TO_CUT_ANEW = 256;
/** Exponent of the correction. With more, a peer that lacks half a layer of bricks is soon a layer ahead. */
const CORRECTION = 0.15;

/** What shape is worth in balance: shards with twice the surface of cubes, if a step is this part quicker. */
const SURFACE_PRICE = 0.1;

/** The largest number of shards the grid can be cut into: its bricks. */
export function mostShards(grid: Grid): number {
  const [nz, ny, nx] = brickCounts(grid);
  return nz * ny * nx;
}

export interface PartitionOptions {
  /**
   * Peers near one another, as indices into the weights, each in one group; groups near one another follow one another.
   * Peers of a group get shards side by side, where there are bricks enough for it. All in one group where it is left out.
   */
  readonly groups?: readonly (readonly number[])[] | undefined;
  /** `thorough` (where it is left out) balances better; `quick` is many times quicker: for trying out many fleets. */
  readonly effort?: Effort | undefined;
}

/**
 * Cuts the grid into one box of whole bricks per weight, in the order of `weights`, by recursive bisection:
 * a box is cut by a plane, and its peers into two parts, so that cells follow weights and shards stay compact.
 * Several cuts are tried where few peers are left, and the whole several times. The boxes are never empty and cover the
 * grid exactly once. A shard's cells follow its weight as nearly as whole layers of bricks allow; a weight that
 * is too small for a brick gets at least one all the same. Equal arguments give equal boxes.
 *
 * `weights` are positive, in any unit: cell updates per second of each peer.
 *
 * @throws PartitionError where there are fewer bricks than weights
 * @throws RangeError where there is no weight, or one that is not positive and finite
 */
export function partition(grid: Grid, weights: readonly number[], options: PartitionOptions = {}): Box[] {
  if (weights.length === 0) throw new RangeError('a grid is cut for one peer or more');
  if (!weights.every((weight) => weight > 0 && weight < Infinity)) {
    throw new RangeError(`weights are positive and finite: ${weights.join(', ')}`);
  }
  const most = mostShards(grid);
  if (weights.length > most) throw new PartitionError(most, weights.length);

  const { groups = [weights.map((_, index) => index)], effort = 'thorough' } = options;
  const cells = cellCount(boxOfShape(grid.shape));
  const ideal = cells / weights.reduce((sum, weight) => sum + weight);
  const rounds = effort === 'quick' || weights.length > MOST_PEERS_TO_CUT_ANEW ? 0 : ROUNDS;

  let aims = weights;
  let best = cutOnce(grid, aims, weights, groups, effort);
  let latest = best;
  for (let round = 0; round < rounds; round++) {
    aims = aims.map((aim, i) => aim * (ideal / (latest.times[i] as number)) ** CORRECTION);
    latest = cutOnce(grid, aims, weights, groups, effort);
    if (latest.cost < best.cost) best = latest;
  }
  return best.boxes;
}

type Effort = 'thorough' | 'quick';

/** Cuts for the weights `aims`, and tells how it does for `weights`. */
function cutOnce(
  grid: Grid,
  aims: readonly number[],
  weights: readonly number[],
  groups: readonly (readonly number[])[],
  effort: Effort,
): { readonly boxes: Box[]; readonly times: readonly number[]; readonly cost: number } {
  const peers = groups.map((group) =>
    fastestFirst(group.map((index) => ({ index, weight: aims[index] as number }))),
  );
  const { shards, surface } = pieced(grid, { lo: [0, 0, 0], hi: brickCounts(grid) }, peers, effort);
  const boxes = new Array<Box>(weights.length);
  for (const { index, box } of shards) boxes[index] = box;
  for (const group of groups) largestToFastest(boxes, group, weights);
  const times = boxes.map((box, i) => cellCount(box) / (weights[i] as number));
  const ideal =
    boxes.reduce((sum, box) => sum + cellCount(box), 0) / weights.reduce((sum, weight) => sum + weight);
  const cost = largest(times) / ideal + (SURFACE_PRICE * surface) / weights.length;
  return { boxes, times, cost };
}

/** No other way to hand these boxes to these peers is quicker. */
function largestToFastest(boxes: Box[], group: readonly number[], weights: readonly number[]): void {
  const peers = group.toSorted((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  const sorted = group.map((index) => boxes[index] as Box).sort((a, b) => cellCount(b) - cellCount(a));
  for (const [place, index] of peers.entries()) boxes[index] = sorted[place] as Box;
}

/** A box of bricks in pieces. */
interface Pieced {
  readonly shards: readonly { readonly index: number; readonly box: Box }[];
  /** Of the slowest shard: cells ÷ weight. */
  readonly time: number;
  /** Sum over the shards of surface ÷ that of a cube of the same volume. */
  readonly surface: number;
}

function pieced(grid: Grid, bricks: Box, peers: readonly Group[], effort: Effort): Pieced {
  const [first, second] = peers.flat();
  if (first && !second) {
    const box = cellsOfBricks(grid, bricks);
    return {
      shards: [{ index: first.index, box }],
      time: cellCount(box) / first.weight,
      surface: roughness(box),
    };
  }
  const count = peers.reduce((sum, group) => sum + group.length, 0);
  const ideal = cellCount(cellsOfBricks(grid, bricks)) / totalWeight(peers.flat());
  let best: Pieced | undefined;
  let lowestCost = Infinity;
  for (const { low, high, peersLow, peersHigh } of bestCuts(grid, bricks, peers, cutsTried(count, effort))) {
    const lower = pieced(grid, low, peersLow, effort);
    const upper = pieced(grid, high, peersHigh, effort);
    const time = Math.max(lower.time, upper.time);
    const surface = lower.surface + upper.surface;
    const cost = time / ideal + (SURFACE_PRICE * surface) / count;
    if (best && cost >= lowestCost) continue;
    best = { shards: [...lower.shards, ...upper.shards], time, surface };
    lowestCost = cost;
  }
  if (best) return best;
  // Where bricks are few, no plane may part them as the groups would have it.
  if (peers.length > 1) return pieced(grid, bricks, [fastestFirst(peers.flat())], effort);
  throw new RangeError('one brick cannot be cut');
}

function cutsTried(peers: number, effort: Effort): number {
  if (effort === 'quick') return 1;
  return CUTS_TRIED.find((row) => peers <= row.peers)?.cuts ?? 1;
}

/** Surface of a box ÷ that of a cube of its volume: 1 or more. In 2-D, of a box as flat as the grid, the same up to a factor. */
function roughness(box: Box): number {
  const shape = shapeOf(box);
  const volume = cellCount(box);
  const across = shape.reduce((sum, edge) => sum + volume / edge, 0);
  return across / (3 * Math.cbrt(volume) ** 2);
}

function fastestFirst(shares: readonly Share[]): Share[] {
  return shares.toSorted((a, b) => b.weight - a.weight || a.index - b.index);
}

function totalWeight(peers: Group): number {
  return peers.reduce((sum, { weight }) => sum + weight, 0);
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value));
}
