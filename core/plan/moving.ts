import { type Box, cellCount, intersect } from '../grid/box.js';
import type { Fleet } from './fleet.js';

/** A peer of the fleet, and the cells it owns. */
export interface Placement {
  readonly peer: number;
  readonly box: Box;
}

/**
 * Seconds until cells have changed hands: all peers send at once, each over its own uplink, and the busiest is done last. An uplink is as
 * quick as the quickest link that it feeds, where it is not known by itself. `bytesOfCell` are those of a cell's state.
 */
export function movingSeconds(
  fleet: Fleet,
  before: readonly Placement[],
  after: readonly Placement[],
  bytesOfCell: number,
): number {
  const sent = fleet.peers.map(() => 0);
  const received = fleet.peers.map(() => 0);
  /** Bytes that leave each peer for others, and the quickest of the links that they take. */
  const leaving = fleet.peers.map(() => ({ bytes: 0, quickest: 0 }));
  let longest = 0;
  for (const giver of before) {
    for (const taker of after) {
      const bytes = cellCount(intersect(giver.box, taker.box)) * bytesOfCell;
      if (bytes === 0 || giver.peer === taker.peer) continue;
      const { path, roundTrip, rate } = fleet.link(giver.peer, taker.peer);
      longest = Math.max(longest, roundTrip + bytes / rate);
      const own = leaving[giver.peer] as (typeof leaving)[number];
      own.bytes += bytes;
      own.quickest = Math.max(own.quickest, rate);
      const { up, local } = fleet.peers[giver.peer] as Fleet['peers'][number];
      const { down, local: localTaker } = fleet.peers[taker.peer] as Fleet['peers'][number];
      sent[giver.peer] = (sent[giver.peer] as number) + bytes / (path === 'local' ? local : up);
      received[taker.peer] =
        (received[taker.peer] as number) + bytes / (path === 'local' ? localTaker : down);
    }
  }
  const uplinks = leaving.map(({ bytes, quickest }) => (bytes === 0 ? 0 : bytes / quickest));
  return Math.max(longest, ...sent, ...received, ...uplinks);
}

/** A plan that promises less is not worth the unrest: rates are known no better. */
export const LEAST_GAIN = 0.05;
/** However unsteady peers are, a plan that promises half the time is believed. */
const SURE_GAIN = 0.5;
/** What a move saves has to be so many times what it costs: the fleet may have changed again before. */
const RETURN = 3;
/** And within so many seconds of the run: the network is another by then. */
const HORIZON_SECONDS = 600;

/**
 * Whether to go over to another plan now. `present` and `better` are seconds a step, both as predicted from the same
 * measurements, which lie so far from one another: `scatter`, as a part. `moving` are seconds that the change takes.
 *
 * Since a plan has to be better by a twentieth, and by more than measurements scatter, noise never moves anything, and no
 * two plans are each better than the other.
 */
export function worthMoving(change: {
  readonly present: number;
  readonly better: number;
  readonly remainingSteps: number;
  readonly moving: number;
  readonly scatter: number;
}): boolean {
  const { present, better, remainingSteps, moving, scatter } = change;
  const gain = Math.max(LEAST_GAIN, Math.min(SURE_GAIN, scatter));
  const steps = Math.min(remainingSteps, HORIZON_SECONDS / present);
  return better < present * (1 - gain) && (present - better) * steps > RETURN * moving;
}
