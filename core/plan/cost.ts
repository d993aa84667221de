import { type Box, cellCount } from '../grid/box.js';
import { frameOf } from '../grid/halo.js';
import { epochsAhead } from './epochs-ahead.js';
import type { Fleet, LinkPerformance, PeerPerformance } from './fleet.js';
import { haloCells, type Neighbours, neighboursOf } from './neighbours.js';
import { type Limit, Part } from './part.js';
import { type Updates, updatesOf } from './updates.js';
import type { Work } from './work.js';

/** How a run goes about its exchanges. */
export interface Pace {
  /** k: steps between two exchanges, 1 or more. */
  readonly exchangeEvery: number;
  /** Steps of an epoch, a multiple of k. */
  readonly epoch: number;
  /**
   * `none`: a peer sends when it has made its k steps. `band`: it makes first what it has to send, and the
   * rest while that travels.
   */
  readonly overlap: 'none' | 'band';
}

/** What one peer's part in a run costs. All of it is a prediction. */
export interface PeerCost {
  /** Seconds a step that it computes, the overlap included. */
  readonly computeSeconds: number;
  /** Seconds a step that its network is busy, in the busier direction. */
  readonly networkSeconds: number;
  /** Seconds a step that it would take with its own neighbours alone; the slowest sets the run's pace. */
  readonly stepSeconds: number;
  /** The same, taken as the mean over its neighbours: tells who is to blame where two wait for one another. */
  readonly blame: number;
  readonly limit: Limit;
  /** Halo bytes a step. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Part of what it computes that others compute too: 0 to less than 1. */
  readonly redundant: number;
  /** Bytes that its shard and halo take. */
  readonly memory: number;
  readonly neighbours: number;
}

/** What a run costs with these shards at this pace. */
export interface RunCost {
  /** Seconds a step: all peers go, in the long run, at the pace of the slowest neighbourhood. */
  readonly secondsPerStep: number;
  readonly limit: Limit;
  /** Epochs that peers have to be granted ahead of the slowest one's last report, for that. */
  readonly epochsAhead: number;
  /** Halo bytes a step, all peers together. */
  readonly bytesPerStep: number;
  /** Part of all that is computed that is computed more than once. */
  readonly redundant: number;
  /** In the order of the shards. */
  readonly peers: readonly PeerCost[];
}

/**
 * Predicts a run. Peer i of the fleet has `shards[i]`; they tile the grid. For k steps, all in seconds:
 *
 *     starting  s(p) = k · stepSeconds(p) + exchangeSeconds(p)
 *     compute   c(p) = (updates(p) + sweepUpdates(p) · swept(p)) / rate(p) + s(p)       updates with the overlap: `updatesOf`
 *     band      b(p) = c(p) without overlap; else the same of the band
 *     halo      B(p→q) = bytesDeep · |p ∩ grow(q, k·r)| + bytesShallow · |p ∩ grow(q, (k−1)·r)|
 *     network   n(p) = max over directions and paths of (bytes of all its halos there) / (its rate there)
 *     transfer  d(p→q) = roundTrip / 2 + messageSeconds + max(B(p→q) / rate(p,q), n of p sending, n of q receiving, on that path)
 *
 * A peer starts its next k steps when it has its last k behind it and the halos of all neighbours. That is a max-plus linear
 * system, whose pace is the largest mean weight of a cycle of waits:
 *
 *     max(c(p), n(p))                                     a peer's own work
 *     (b(p) + b(q) + d(p→q) + d(q→p)) / 2                 two that wait for one another
 *     (k / epoch · coordinatorRoundTrip + pace) / ahead   from a report to the grant of the epoch `ahead` of it, and to its end at
 *                                                         the pace of all the above; `ahead` is what `epochsAhead` allows at that pace
 *     bytes relayed / relayRate                           the coordinator's own network
 *
 * Where d(p→q) = d(q→p), a longer cycle's mean is an average of these, so that they are exact; else it may exceed them, by less
 * than the difference of the two.
 */
export function costOf(
  work: Work,
  fleet: Fleet,
  shards: readonly Box[],
  { exchangeEvery: k, epoch, overlap }: Pace,
  neighbours: readonly Neighbours[] = neighboursOf(work.grid, shards, k * work.radius),
): RunCost {
  const parts = shards.map((shard, i) => partOf(work, fleet.peers[i] as PeerPerformance, shard, k, overlap));
  const halos = neighbours.map((pair) => haloOf(work, fleet, shards, k, pair));
  let bytesRelayed = 0;
  for (const { a, b, link, bytesAb, bytesBa } of halos) {
    (parts[a] as Part).send(parts[b] as Part, link.path, bytesAb);
    (parts[b] as Part).send(parts[a] as Part, link.path, bytesBa);
    if (link.path === 'relay') bytesRelayed += bytesAb + bytesBa;
  }
  for (const { a, b, link, bytesAb, bytesBa } of halos) {
    const one = parts[a] as Part;
    const other = parts[b] as Part;
    const moving = (transfer(one, other, link, bytesAb) + transfer(other, one, link, bytesBa)) / 2;
    const underway = link.roundTrip / 2 + link.messageSeconds;
    const waiting = Math.max(
      (one.band + other.band) / 2 + underway + moving,
      Math.max(bytesAb, bytesBa) / link.rate,
    );
    const limit = moving > underway ? 'bandwidth' : 'latency';
    one.waitFor(waiting, limit);
    other.waitFor(waiting, limit);
  }
  const informing = (farthest(fleet.peers) * k) / epoch;
  const relayed = bytesRelayed / fleet.relayRate;
  let pace = 0;
  for (const part of parts) {
    part.raise(Math.max(part.network, relayed), 'bandwidth');
    pace = Math.max(pace, part.seconds);
  }
  const ahead = epochsAhead((pace * epoch) / k, fleet.isShadowed === true);
  for (const part of parts) part.raise((informing + pace) / ahead, 'grants');
  return new Prediction(work, shards, k, ahead, parts);
}

/** Seconds that a halo takes to come in once it is on its way: all that a peer sends at once shares its uplink. */
function transfer(from: Part, to: Part, { path, rate }: LinkPerformance, bytes: number): number {
  return bytes === 0 ? 0 : Math.max(bytes / rate, from.sending(path), to.receiving(path));
}

function partOf(work: Work, peer: PeerPerformance, shard: Box, k: number, overlap: Pace['overlap']): Part {
  const updates = updatesOf(work, shard, k);
  const compute = computeSeconds(peer, updates, k);
  const { band: all, bandSwept: swept } = updates;
  return new Part(
    peer,
    updates,
    compute,
    overlap === 'none' ? compute : computeSeconds(peer, { all, swept }, k),
  );
}

/** Seconds in which a peer makes the updates of `steps` steps between two exchanges, and what starts with them. */
export function computeSeconds(
  { rate, sweepUpdates, stepSeconds, exchangeSeconds }: PeerPerformance,
  { all, swept }: Pick<Updates, 'all' | 'swept'>,
  steps: number,
): number {
  return (all + sweepUpdates * swept) / rate + steps * stepSeconds + exchangeSeconds;
}

/** Bytes that a shard takes with the halo it needs to make `steps` steps between exchanges. */
export function memoryOf(work: Work, shard: Box, steps: number): number {
  return cellCount(frameOf(work.grid, shard, steps * work.radius)) * work.bytesHeld;
}

interface Halo extends Neighbours {
  readonly link: LinkPerformance;
  readonly bytesAb: number;
  readonly bytesBa: number;
}

function haloOf(work: Work, fleet: Fleet, shards: readonly Box[], k: number, { a, b }: Neighbours): Halo {
  const bytes = (from: number, to: number) => haloBytes(work, shards[from] as Box, shards[to] as Box, k);
  return { a, b, link: fleet.link(a, b), bytesAb: bytes(a, b), bytesBa: bytes(b, a) };
}

/** Bytes that one shard sends another before `steps` steps. */
export function haloBytes(work: Work, sender: Box, receiver: Box, steps: number): number {
  const { grid, radius, bytesDeep, bytesShallow } = work;
  return (
    bytesDeep * haloCells(grid, sender, receiver, steps * radius) +
    bytesShallow * haloCells(grid, sender, receiver, (steps - 1) * radius)
  );
}

/** Seconds from the coordinator and back, of the peer that is farthest from it. */
function farthest(peers: readonly PeerPerformance[]): number {
  return peers.reduce((most, { coordinatorRoundTrip }) => Math.max(most, coordinatorRoundTrip), 0);
}

/** Peers are looked at only where a plan is chosen: a search asks for the seconds of thousands. */
class Prediction implements RunCost {
  readonly secondsPerStep: number;
  readonly limit: Limit;
  readonly bytesPerStep: number;
  readonly redundant: number;
  readonly #work: Work;
  readonly #shards: readonly Box[];
  readonly #steps: number;
  readonly #parts: readonly Part[];
  #peers: readonly PeerCost[] | undefined;

  constructor(
    work: Work,
    shards: readonly Box[],
    steps: number,
    readonly epochsAhead: number,
    parts: readonly Part[],
  ) {
    const slowest = parts.reduce((most, part) => (part.seconds > most.seconds ? part : most));
    const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0);
    this.secondsPerStep = slowest.seconds / steps;
    this.limit = slowest.limit;
    this.bytesPerStep = sum(({ sent }) => sent) / steps;
    this.redundant = shareLost(
      sum(({ updates }) => updates.own),
      sum(({ updates }) => updates.all),
    );
    this.#work = work;
    this.#shards = shards;
    this.#steps = steps;
    this.#parts = parts;
  }

  get peers(): readonly PeerCost[] {
    this.#peers ??= this.#parts.map((part, i) => this.#peer(part, this.#shards[i] as Box));
    return this.#peers;
  }

  #peer(part: Part, shard: Box): PeerCost {
    const { compute, network, seconds, limit, sent, received, updates, neighbours } = part;
    const k = this.#steps;
    return {
      computeSeconds: compute / k,
      networkSeconds: network / k,
      stepSeconds: seconds / k,
      blame: Math.max(compute, network, part.waits / Math.max(1, neighbours)) / k,
      limit,
      bytesSent: sent / k,
      bytesReceived: received / k,
      redundant: shareLost(updates.own, updates.all),
      memory: memoryOf(this.#work, shard, k),
      neighbours,
    };
  }
}

const shareLost = (own: number, all: number) => (all === 0 ? 0 : 1 - own / all);
