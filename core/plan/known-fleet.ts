import type { Ability } from '../protocol/messages.js';
import type { PeerId } from '../protocol/plan.js';
import type { Fleet, LinkPerformance, PeerPerformance } from './fleet.js';
import { MeasuredRate } from './measured.js';
import { median } from './robust.js';
import { areNear } from './vicinity.js';

/**
 * What a link does until it has been measured: a good home line not far away. Better than most, on purpose: a link that is
 * taken for worse than it is gets no halos, and so is never measured.
 */
const UNMEASURED: LinkPerformance = { path: 'direct', roundTrip: 0.01, rate: 12.5e6, messageSeconds: 2e-4 };

/** Seconds there and back within one network, until the link has been measured. */
const NEAR_ROUND_TRIP = 0.002;

/**
 * A link that is not measured is taken for so many times as long as the shortest of its peers', where there is ground for hope: worth a
 * try, and not a change of plan by itself.
 */
const HOPE = 0.7;
/** Links of which a quarter is so many times as long as another lead to near peers and far ones. */
const NEAR_AND_FAR = 2;

/**
 * What either engine takes beside updates. In seconds, what starts: kernels by the step; reads, writes and a worker's round trips by the
 * exchange. And what memory takes, in updates: 0.7 to 1.7 on one thread and two, where they had 256³ cells of a wave (docs/performance.md). A
 * GPU's cells go through memory at each step, so that no number of steps is better than another.
 */
const BESIDE = {
  wasm: { stepSeconds: 1e-5, exchangeSeconds: 3e-4, sweepUpdates: 1 },
  webgpu: { stepSeconds: 3e-5, exchangeSeconds: 2e-3, sweepUpdates: 0 },
} as const;

/** However small a shard, so much of its time is taken to be cells'. */
const LEAST_FOR_CELLS = 0.2;

/** Seconds to a coordinator and back until a heartbeat has told. */
const COORDINATOR_ROUND_TRIP = 0.005;

export interface KnownPeer {
  readonly id: PeerId;
  readonly ability: Ability;
  /** The network address it comes from: peers of one network are near, though no link between them has been measured. */
  readonly owner: string;
  /** To the coordinator and back, in seconds; undefined until it has been measured. */
  readonly roundTrip: () => number | undefined;
}

/** What a peer did in one epoch. */
export interface EpochWork {
  /** Cell updates, the overlap included. */
  readonly updates: number;
  /** How often cells went through memory: see `Updates`. */
  readonly swept: number;
  readonly steps: number;
  readonly exchanges: number;
  /** Of computing. */
  readonly seconds: number;
}

/** What one end says of a link: seconds there and back, bytes a second. */
export interface LinkFigures {
  readonly roundTrip: number;
  readonly rate?: number | undefined;
}

export interface MeasuredLink extends LinkFigures {
  readonly between: readonly [PeerId, PeerId];
}

/**
 * All that is known of the peers and links of one run: what calibrations claimed, as long as nothing has been measured, and what
 * epochs and halos have shown since.
 */
export class KnownFleet {
  readonly #rates = new Map<PeerId, { readonly claimed: number; readonly measured: MeasuredRate }>();
  readonly #held: (ability: Ability) => number;
  /** By pair, what each end said last. */
  readonly #links = new Map<string, Map<PeerId, LinkFigures>>();

  /** `held`: bytes that a peer can hold, as if each of its cells took as many as `Work.bytesHeld`. */
  constructor(held: (ability: Ability) => number) {
    this.#held = held;
  }

  computed(
    { id, ability }: Pick<KnownPeer, 'id' | 'ability'>,
    { updates, swept, steps, exchanges, seconds }: EpochWork,
  ): void {
    const { stepSeconds, exchangeSeconds, sweepUpdates } = BESIDE[ability.engine];
    const starting = steps * stepSeconds + exchanges * exchangeSeconds;
    const known = this.#rates.get(id) ?? { claimed: ability.rate, measured: new MeasuredRate(ability.rate) };
    this.#rates.set(id, known);
    const work = updates + sweepUpdates * swept;
    known.measured.computed(work, Math.max(seconds - starting, seconds * LEAST_FOR_CELLS));
  }

  /** The peer is no faster than so many updates a second, whatever was measured before. */
  atMost({ id, ability }: Pick<KnownPeer, 'id' | 'ability'>, rate: number): void {
    this.#rates.set(id, { claimed: ability.rate, measured: new MeasuredRate(rate) });
  }

  /** What `end` has measured of its link to `other`, who tells its own: the worse counts, so that nobody makes a link look better. */
  linked(end: PeerId, other: PeerId, { roundTrip, rate }: LinkFigures): void {
    const key = keyOf(end, other);
    const known = this.#links.get(key) ?? new Map<PeerId, LinkFigures>();
    this.#links.set(key, known);
    known.set(end, { roundTrip, rate });
  }

  /** All links that have been measured: the worse of what both ends said. */
  get links(): readonly MeasuredLink[] {
    return [...this.#links.keys()].flatMap((key) => {
      const figures = this.#measured(key);
      const [a = '', b = ''] = key.split(' ');
      return figures ? [{ between: [a, b], ...figures }] : [];
    });
  }

  /** The peer is gone; one that comes back has another id. */
  forget(peer: PeerId): void {
    this.#rates.delete(peer);
    for (const key of this.#links.keys()) if (key.split(' ').includes(peer)) this.#links.delete(key);
  }

  /**
   * Bytes a second that cells are expected to make between two peers: the better of what both have measured, so that no peer's word alone
   * has others wait. Where one of them has not told, what is usual.
   */
  get transferRates(): (a: PeerId, b: PeerId) => number {
    const told = new Map([...this.#links].map(([key, ends]) => [key, ratesIn(ends)]));
    const better = [...told.values()].flatMap((rates) => (rates.length > 0 ? [Math.max(...rates)] : []));
    const usual = better.length > 0 ? median(better) : UNMEASURED.rate;
    return (a, b) => {
      const rates = told.get(keyOf(a, b)) ?? [];
      return rates.length === 2 ? Math.max(...rates) : usual;
    };
  }

  /** How far the epochs of these peers lie from what they are taken for, as a part of it: the least steady of them. */
  scatter(peers: readonly PeerId[]): number {
    return Math.max(0, ...peers.map((peer) => this.#rates.get(peer)?.measured.scatter ?? 0));
  }

  /** These peers as a planner wants them, in their order. */
  of(peers: readonly KnownPeer[]): Fleet {
    const scale = this.#claimScale();
    const usual = this.#usualLinks();
    return {
      peers: peers.map((peer) => this.#performanceOf(peer, scale)),
      link: (a, b) => this.#link(peers[a] as KnownPeer, peers[b] as KnownPeer, usual),
      relayRate: Infinity,
    };
  }

  /** A job's cells may cost more, or less, than those that peers calibrated with: a claim counts for as much as others' came to. */
  #claimScale(): number {
    const ratios = [...this.#rates.values()].map(({ claimed, measured }) => measured.value / claimed);
    return ratios.length === 0 ? 1 : median(ratios);
  }

  #performanceOf({ id, ability, roundTrip }: KnownPeer, scale: number): PeerPerformance {
    return {
      rate: this.#rates.get(id)?.measured.value ?? ability.rate * scale,
      ...BESIDE[ability.engine],
      memory: this.#held(ability),
      // What peers send at once shares a way; the rates of links are measured while it does.
      local: Infinity,
      up: Infinity,
      down: Infinity,
      coordinatorRoundTrip: roundTrip() ?? COORDINATOR_ROUND_TRIP,
    };
  }

  #link(a: KnownPeer, b: KnownPeer, usual: ReadonlyMap<PeerId, UsualLink>): LinkPerformance {
    const measured = this.#measured(keyOf(a.id, b.id));
    const guess = isNear(a, b) ? NEAR : unmeasured(a, b, usual);
    const { roundTrip, rate = guess.rate } = measured ?? guess;
    return { ...UNMEASURED, roundTrip, rate };
  }

  /** The worse of what both ends said. */
  #measured(key: string): LinkFigures | undefined {
    const ends = this.#links.get(key);
    if (!ends) return undefined;
    const rates = ratesIn(ends);
    return {
      roundTrip: Math.max(...[...ends.values()].map(({ roundTrip }) => roundTrip)),
      rate: rates.length > 0 ? Math.min(...rates) : undefined,
    };
  }

  /** Of each peer that has links which are measured. */
  #usualLinks(): ReadonlyMap<PeerId, UsualLink> {
    const all = new Map<PeerId, LinkFigures[]>();
    for (const key of this.#links.keys()) {
      const figures = this.#measured(key);
      if (!figures) continue;
      for (const peer of key.split(' ')) all.set(peer, [...(all.get(peer) ?? []), figures]);
    }
    return new Map([...all].map(([peer, links]) => [peer, usualOf(links)]));
  }
}

/** What a peer's links are like. */
interface UsualLink {
  readonly shortest: number;
  /** Seconds there and back of a link that is not measured, to a peer that has links too. */
  readonly roundTrip: number;
  /** Undefined where none of them tells. */
  readonly rate: number | undefined;
}

/** Where all are alike, so is the next: one that is taken for better would be tried, and then another, without end. */
function usualOf(links: readonly LinkFigures[]): UsualLink {
  const trips = links.map(({ roundTrip }) => roundTrip).toSorted((a, b) => a - b);
  const rates = links.flatMap(({ rate }) => (rate === undefined ? [] : [rate]));
  const quarter = Math.floor(trips.length / 4);
  const [lower, upper] = [trips[quarter] as number, trips.at(-1 - quarter) as number];
  const shortest = trips[0] as number;
  return {
    shortest,
    roundTrip: upper > NEAR_AND_FAR * lower ? HOPE * shortest : median(trips),
    // What a peer sends shares its uplink, whichever link it takes.
    rate: rates.length > 0 ? median(rates) : undefined,
  };
}

/** What their links to others are like tells nothing: those leave the network. */
const NEAR = { roundTrip: NEAR_ROUND_TRIP, rate: UNMEASURED.rate };

function isNear(a: KnownPeer, b: KnownPeer): boolean {
  const whereabouts = ({ owner, roundTrip }: KnownPeer) => ({ address: owner, roundTrip: roundTrip() });
  return areNear(whereabouts(a), whereabouts(b));
}

/**
 * One that is much nearer to the coordinator than the other is no nearer to the other than they differ by; and one that is far from all
 * it has a link to is hardly near to the next, and no nearer than to these where they are as far as one another. The same goes for rates.
 */
function unmeasured(a: KnownPeer, b: KnownPeer, usual: ReadonlyMap<PeerId, UsualLink>) {
  const [toA, toB] = [a.roundTrip(), b.roundTrip()];
  const apart = toA === undefined || toB === undefined ? 0 : Math.abs(toA - toB);
  const [ofA, ofB] = [usual.get(a.id), usual.get(b.id)];
  const tripOf = (own: UsualLink | undefined, other: UsualLink | undefined) =>
    own === undefined ? 0 : other === undefined ? HOPE * own.shortest : own.roundTrip;
  return {
    roundTrip: Math.max(UNMEASURED.roundTrip, apart, tripOf(ofA, ofB), tripOf(ofB, ofA)),
    rate: Math.min(UNMEASURED.rate, ofA?.rate ?? Infinity, ofB?.rate ?? Infinity),
  };
}

const ratesIn = (ends: ReadonlyMap<PeerId, LinkFigures>): number[] =>
  [...ends.values()].flatMap(({ rate }) => (rate === undefined ? [] : [rate]));

const keyOf = (a: PeerId, b: PeerId) => (a < b ? `${a} ${b}` : `${b} ${a}`);
