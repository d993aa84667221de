import { mostShards } from '../grid/partition.js';
import { type Candidate, candidateOf, type Setting } from './candidate.js';
import { memoryOf } from './cost.js';

/** Of so few peers every subset is tried. */
const FEW = 5;
/** A plan lists no more shards. */
const MOST_SHARDS = 4096;
/**
 * Candidates tried in a search, all peers of all of them together: keeps 64 peers within a tenth of a second, and is enough to
 * leave out one peer in six again and again, twice.
 */
const mostTried = (peers: number) => Math.max(2500, 16 * peers);
/** Groups of near peers that are tried by themselves: the fastest. */
const GROUPS_TRIED = 6;
/** Peers that are tried one by one at the end: to leave out, to add, or to put in another's place. */
const NEIGHBOURS_TRIED = 6;
/** A peer more has to make the run this much quicker: each is one more that may go. */
const PEER_PRICE = 2e-4;

/**
 * The peers with which a run is quickest: of those tried, never slower than the fastest peer alone. Undefined where no
 * subset holds the job. Of few peers, every subset. Of more, those that are left when the slowest, or those that keep their neighbours
 * waiting, are left out one after the other, of all peers and of each group of near ones; then what is better with
 * one peer more, fewer or other.
 */
export function bestSubset(setting: Setting): Candidate | undefined {
  const usable = usableByRate(setting);
  const search = new Search(setting);
  if (usable.length <= FEW) {
    for (let chosen = 1; chosen < 2 ** usable.length; chosen++) {
      search.look(usable.filter((_, place) => (chosen >> place) & 1));
    }
    return search.best;
  }
  for (const peer of usable.slice(0, NEIGHBOURS_TRIED)) search.look([peer]);
  for (const pool of poolsOf(setting, usable)) {
    search.leaveOut(pool, (candidate) => slowestIn(setting, candidate));
    search.leaveOut(pool, mostBlamed);
  }
  search.improve(usable);
  return search.best;
}

/** Peers that can hold a brick, the fastest first, and no more than there are bricks, or than a plan lists. */
export function usableByRate({
  work,
  fleet,
  exchangeEvery = 1,
}: Pick<Setting, 'work' | 'fleet' | 'exchangeEvery'>): number[] {
  const brick = memoryOf(work, { lo: [0, 0, 0], hi: work.grid.brick }, exchangeEvery);
  return fleet.peers
    .map((_, peer) => peer)
    .filter((peer) => (fleet.peers[peer]?.memory ?? 0) >= brick)
    .sort((a, b) => (fleet.peers[b]?.rate ?? 0) - (fleet.peers[a]?.rate ?? 0) || a - b)
    .slice(0, Math.min(MOST_SHARDS, mostShards(work.grid)));
}

class Search {
  best: Candidate | undefined;
  readonly #setting: Setting;
  readonly #tried = new Map<string, Candidate | undefined>();
  #left: number;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#left = mostTried(setting.fleet.peers.length);
  }

  get #spent(): boolean {
    return this.#left <= 0;
  }

  look(peers: readonly number[]): Candidate | undefined {
    const members = peers.toSorted((a, b) => a - b);
    const key = members.join(' ');
    if (this.#tried.has(key)) return this.#tried.get(key);
    this.#left -= members.length;
    const candidate = candidateOf(this.#setting, members, 'quick');
    this.#tried.set(key, candidate);
    if (candidate && (!this.best || scoreOf(candidate) < scoreOf(this.best))) this.best = candidate;
    return candidate;
  }

  /** Tries all peers of the pool, and fewer and fewer of them: many are left out at once while there are many. */
  leaveOut(pool: readonly number[], worstFirst: (candidate: Candidate) => readonly number[]): void {
    let members = pool;
    while (members.length > 1 && !this.#spent) {
      const candidate = this.look(members);
      if (!candidate) return;
      const worst = new Set(worstFirst(candidate).slice(0, Math.max(1, Math.floor(members.length / 6))));
      members = members.filter((peer) => !worst.has(peer));
    }
  }

  /** From the best so far, as long as one peer more, fewer or other makes it better. */
  improve(usable: readonly number[]): void {
    for (let from: Candidate | undefined; from !== this.best && !this.#spent; ) {
      from = this.best;
      if (!from) return;
      const { members } = from;
      const others = usable.filter((peer) => !members.includes(peer)).slice(0, NEIGHBOURS_TRIED);
      const blamed = mostBlamed(from).slice(0, NEIGHBOURS_TRIED);
      const slow = slowestIn(this.#setting, from).slice(0, NEIGHBOURS_TRIED);
      const weak = [...new Set([...blamed, ...slow])];
      const without = (peer: number) => members.filter((member) => member !== peer);
      const moves = [
        ...weak.map(without),
        ...others.map((peer) => [...members, peer]),
        ...weak.slice(0, 2).flatMap((out) => others.slice(0, 2).map((into) => [...without(out), into])),
      ];
      for (const move of moves) if (move.length > 0 && !this.#spent) this.look(move);
    }
  }
}

const scoreOf = ({ cost, members }: Candidate) => cost.secondsPerStep * (1 + PEER_PRICE * members.length);

/** All usable peers, and the fastest groups of near ones. */
function poolsOf({ groups, fleet }: Setting, usable: readonly number[]): (readonly number[])[] {
  if (groups.length === 1) return [usable];
  const allowed = new Set(usable);
  const rateOf = (pool: readonly number[]) =>
    pool.reduce((sum, peer) => sum + (fleet.peers[peer]?.rate ?? 0), 0);
  const near = groups
    .map((group) => group.filter((peer) => allowed.has(peer)))
    .filter((group) => group.length > 1)
    .sort((a, b) => rateOf(b) - rateOf(a));
  return [usable, ...near.slice(0, GROUPS_TRIED)];
}

function slowestIn({ fleet }: Setting, { members }: Candidate): number[] {
  return members.toSorted((a, b) => (fleet.peers[a]?.rate ?? 0) - (fleet.peers[b]?.rate ?? 0));
}

function mostBlamed({ members, cost }: Candidate): number[] {
  const blame = new Map(members.map((peer, place) => [peer, cost.peers[place]?.blame ?? 0]));
  return members.toSorted((a, b) => (blame.get(b) ?? 0) - (blame.get(a) ?? 0));
}
