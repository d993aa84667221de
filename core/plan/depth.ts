import { AXES, type Box, shapeOf } from '../grid/box.js';
import { epochOf } from '../job/run-settings.js';
import { costOf, memoryOf, type Pace, type RunCost } from './cost.js';
import type { Fleet } from './fleet.js';
import { neighboursOf } from './neighbours.js';
import type { Work } from './work.js';

/** Between two of these the seconds per step change by a few percent. */
const TRIED = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64] as const;

/** Beyond the best depth a step takes longer and longer: once so many times as long, no depth beyond is tried. */
const HOPELESS = 1.15;

/** An epoch is predicted to take no longer: only where one ends can a plan change, and a few are granted ahead. */
const EPOCH_SECONDS = 0.5;

/** Peers agree on an exchange by the plan alone, which takes no more. */
const DEEPEST = 64;

export interface Depth {
  readonly pace: Pace;
  readonly cost: RunCost;
}

/** More steps between exchanges have to make a step so much shorter: viewers see what is computed at exchanges. */
const WORTH_MORE = 0.01;

/**
 * The steps between exchanges with which a run is quickest, or fewer where that takes next to no longer. They are at most those of an epoch, and
 * so many that a halo reaches no farther than the thinnest shard (a peer would exchange with its neighbours'
 * neighbours), and that shard and halo fit every peer's memory. The epoch is the longest multiple of them.
 *
 * `wanted` steps, where they are given. Undefined where not even the first that is tried fits.
 */
export function chooseDepth(
  work: Work,
  fleet: Fleet,
  shards: readonly Box[],
  overlap: Pace['overlap'],
  wanted?: number,
): Depth | undefined {
  const most = wanted ?? deepestOf(work, shards);
  const tried: number[] = wanted === undefined ? TRIED.filter((steps) => steps < most) : [];
  const neighbours = neighboursOf(work.grid, shards, most * work.radius);
  let best: Depth | undefined;
  for (const exchangeEvery of [...tried, most]) {
    if (!fits(work, fleet, shards, exchangeEvery)) break;
    const { pace, cost } = timely(work.longestEpoch, exchangeEvery, (epoch) => {
      const pace = { exchangeEvery, epoch, overlap };
      return { pace, cost: costOf(work, fleet, shards, pace, neighbours) };
    });
    const isBetter = !best || cost.secondsPerStep < best.cost.secondsPerStep * (1 - WORTH_MORE);
    if (isBetter) best = { pace, cost };
    // Deeper halos add to the work of a run that waits for nothing else, once exchanges are few, and to bytes where these rule.
    if (cost.limit === 'compute' && !isBetter) break;
    if (cost.limit !== 'grants' && best && cost.secondsPerStep > best.cost.secondsPerStep * HOPELESS) break;
  }
  return best;
}

/** With as many steps an epoch as take half a second, or as many as there may be where that makes no step longer. */
function timely(longest: number, exchangeEvery: number, at: (epoch: number) => Depth): Depth {
  const whole = at(epochOf(exchangeEvery, longest));
  const steps = Math.max(1, Math.floor(EPOCH_SECONDS / whole.cost.secondsPerStep));
  const epoch = epochOf(exchangeEvery, Math.min(longest, steps));
  if (epoch === whole.pace.epoch) return whole;
  const short = at(epoch);
  // Where grants have a long way, they would set the pace.
  return short.cost.secondsPerStep > whole.cost.secondsPerStep ? whole : short;
}

function deepestOf({ grid, radius, longestEpoch }: Work, shards: readonly Box[]): number {
  let thinnest = Infinity;
  for (const shard of shards) {
    const shape = shapeOf(shard);
    for (const axis of AXES) {
      if (shape[axis] < grid.shape[axis]) thinnest = Math.min(thinnest, shape[axis]);
    }
  }
  return Math.max(1, Math.min(DEEPEST, longestEpoch, Math.floor(thinnest / radius)));
}

function fits(work: Work, fleet: Fleet, shards: readonly Box[], steps: number): boolean {
  return shards.every((shard, i) => memoryOf(work, shard, steps) <= (fleet.peers[i]?.memory ?? 0));
}
