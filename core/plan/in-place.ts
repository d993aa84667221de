import { type Box, cellCount, intersect } from '../grid/box.js';
import type { Candidate, Setting } from './candidate.js';
import { computeSeconds, costOf, memoryOf, type RunCost } from './cost.js';
import { type Fleet, type PeerPerformance, partOf } from './fleet.js';
import { levelled } from './levelled.js';
import { bestMatching } from './matching.js';
import { updatesOf } from './updates.js';

/**
 * A run that takes so much longer is as good where it leaves shards with those who hold them: figures are known no better, and what
 * has not moved has cost nothing.
 */
const AS_GOOD = 0.05;
/** The cube of their number is what a matching takes: some milliseconds for so many. */
const MOST_MATCHED = 128;

/**
 * The same shards at the same pace, and as many of their cells with those who hold them already as may be; `next` itself where the run
 * would be slower for it. What tells links apart is more than noise (`levelled`): among peers that are alike, none gets
 * another's shard.
 *
 * `held`: what peers of the fleet have now, by their places in it.
 */
export function inPlace(
  { work, fleet }: Pick<Setting, 'work' | 'fleet'>,
  held: ReadonlyMap<number, Box>,
  next: Candidate,
): Candidate {
  const { members, shards, pace } = next;
  if (held.size === 0 || members.length > MOST_MATCHED) return next;
  const costIn = (of: Fleet, boxes: readonly Box[]): RunCost => costOf(work, of, boxes, pace);
  const given = matched({ work, fleet }, held, next).map((shard) => shards[shard] as Box);
  if (given.every((shard, place) => shard === shards[place])) return next;
  // Peers that compute nothing are no measure of those who do.
  const own = partOf(fleet, members);
  const level = levelled(own);
  const longest = costIn(level, shards).secondsPerStep * (1 + AS_GOOD);
  if (costIn(level, given).secondsPerStep > longest) return next;
  return { members, shards: given, pace, cost: costIn(own, given) };
}

/** Which shard each member gets, so that most cells stay: none that would keep it longer than the run takes, or that it cannot hold. */
function matched(
  { work, fleet }: Pick<Setting, 'work' | 'fleet'>,
  held: ReadonlyMap<number, Box>,
  { members, shards, pace, cost }: Candidate,
): number[] {
  const steps = pace.exchangeEvery;
  const longest = cost.secondsPerStep * steps * (1 + AS_GOOD);
  const loads = shards.map((box) => ({
    box,
    updates: updatesOf(work, box, steps),
    bytes: memoryOf(work, box, steps),
  }));
  const worth = members.map((member, place) => {
    const peer = fleet.peers[member] as PeerPerformance;
    const own = held.get(member);
    return loads.map(({ box, updates, bytes }, shard) => {
      const kept = own ? cellCount(intersect(own, box)) : 0;
      // Where it makes no odds, as it was to be.
      if (shard === place) return kept + 0.5;
      const isAble = computeSeconds(peer, updates, steps) <= longest && bytes <= peer.memory;
      return isAble ? kept : undefined;
    });
  });
  return bestMatching(worth);
}

/** Whether two runs are of the same peers with the same shards at the same depth, whoever has which. */
export function isRearranged(one: Candidate, other: Candidate): boolean {
  const boxes = ({ shards }: Candidate) => shards.map(({ lo, hi }) => `${lo} ${hi}`).toSorted();
  const same = (a: readonly unknown[], b: readonly unknown[]) =>
    a.length === b.length && a.every((each, i) => each === b[i]);
  return (
    one.pace.exchangeEvery === other.pace.exchangeEvery &&
    same(one.members, other.members) &&
    same(boxes(one), boxes(other))
  );
}
