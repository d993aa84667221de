import type { Fleet, PeerPerformance } from './fleet.js';

/** Bytes of a usual halo message: what makes a narrow way long. */
const USUAL_BYTES = 256 * 1024;

/** Two halves are groups of their own where their peers are so many times as far from the other half as from their own. */
const SEPARATION = 2;

/**
 * Peers near one another in groups, and groups near one another side by side: the order in which shards are to be
 * placed along the bisection, so that few cells lie between far peers. A fleet without such structure is one group.
 *
 * Halves the fleet between two peers that are far apart, and goes on in each half as long as the halves are farther from each
 * other than each is across.
 */
export function nearGroups(fleet: Fleet): number[][] {
  return halved(
    fleet,
    fleet.peers.map((_, peer) => peer),
  );
}

function halved(fleet: Fleet, members: readonly number[]): number[][] {
  const [first] = members;
  if (first === undefined) return [];
  if (members.length === 2) return [[...members]];
  const one = farthestFrom(fleet, first, members);
  const other = farthestFrom(fleet, one, members);
  const near: number[] = [];
  const far: number[] = [];
  let within = 0;
  let between = 0;
  for (const peer of members) {
    const toOne = distance(fleet, peer, one);
    const toOther = distance(fleet, peer, other);
    (toOne <= toOther ? near : far).push(peer);
    if (peer === one || peer === other) continue;
    within += Math.min(toOne, toOther);
    between += Math.max(toOne, toOther);
  }
  const apart = within === 0 ? distance(fleet, one, other) > 0 : between >= SEPARATION * within;
  return far.length === 0 || !apart ? [[...members]] : [...halved(fleet, near), ...halved(fleet, far)];
}

function farthestFrom(fleet: Fleet, from: number, members: readonly number[]): number {
  let farthest = from;
  let most = 0;
  for (const peer of members) {
    const away = distance(fleet, from, peer);
    if (away <= most) continue;
    farthest = peer;
    most = away;
  }
  return farthest;
}

/** Seconds that a usual halo and one back take. */
function distance(fleet: Fleet, a: number, b: number): number {
  if (a === b) return 0;
  const { path, roundTrip, rate, messageSeconds } = fleet.link(a, b);
  const uplink = (peer: PeerPerformance | undefined) =>
    (path === 'local' ? peer?.local : peer?.up) ?? Infinity;
  const narrowest = Math.min(rate, uplink(fleet.peers[a]), uplink(fleet.peers[b]));
  return roundTrip + 2 * (messageSeconds + USUAL_BYTES / narrowest);
}
