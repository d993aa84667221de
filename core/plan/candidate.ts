import { type Box, boxOfShape, cellCount } from '../grid/box.js';
import { partition } from '../grid/partition.js';
import { memoryOf, type Pace, type RunCost } from './cost.js';
import { chooseDepth } from './depth.js';
import { type Fleet, type PeerPerformance, partOf } from './fleet.js';
import type { Work } from './work.js';

/** What is asked of a plan. */
export interface Setting {
  readonly work: Work;
  readonly fleet: Fleet;
  readonly overlap: Pace['overlap'];
  /** Steps between exchanges, where the job fixes them. */
  readonly exchangeEvery?: number | undefined;
  /** `nearGroups` of the fleet. */
  readonly groups: readonly (readonly number[])[];
}

/** A run by some of the fleet's peers. */
export interface Candidate {
  /** Places in the fleet, ascending. */
  readonly members: readonly number[];
  /** In the order of the members. */
  readonly shards: readonly Box[];
  readonly pace: Pace;
  readonly cost: RunCost;
}

/** Cuts for aims that are corrected by what the cut before would take. */
const ROUNDS = { quick: 2, thorough: 6 } as const;
/** Exponent of the correction: with more, whole layers of bricks go to and fro. */
const CORRECTION = 0.3;
/** Among more peers a grid is cut quickly only. */
const MOST_CUT_THOROUGHLY = 32;
/** Passes of fitting whole bricks and their halos into memory. */
const MEMORY_PASSES = 8;

/**
 * The quickest run by exactly these peers that a few cuts find, or undefined where their memory does not hold it.
 * Shards begin in proportion to rates, as far as memory goes; a peer that would take longer than the others, to compute or
 * to exchange, then gets less.
 */
export function candidateOf(
  setting: Setting,
  members: readonly number[],
  effort: 'quick' | 'thorough',
): Candidate | undefined {
  const fleet = partOf(setting.fleet, members);
  const first = aimsOf(setting.work, fleet.peers);
  if (!first) return undefined;
  const groups = groupsAmong(setting.groups, members);
  // The first aims are true to the rates, and worth a good cut, unless so many share that bricks even out by themselves.
  const cuttingOf = (pass: number) =>
    pass === 0 && members.length <= MOST_CUT_THOROUGHLY ? effort : 'quick';
  // Far peers side by side cost time, but peers that may be anywhere share more evenly.
  const placings = groups.length === 1 || effort === 'quick' ? [groups] : [groups, undefined];
  let best: Candidate | undefined;
  for (const placing of placings) {
    let aims = first;
    let rounds = ROUNDS[effort];
    for (let pass = 0; rounds > 0 && pass < rounds + MEMORY_PASSES; pass++) {
      const shards = partition(setting.work.grid, aims, { groups: placing, effort: cuttingOf(pass) });
      const depth = chooseDepth(setting.work, fleet, shards, setting.overlap, setting.exchangeEvery);
      if (depth) {
        rounds -= 1;
        if (!best || depth.cost.secondsPerStep < best.cost.secondsPerStep)
          best = { members, shards, ...depth };
      }
      aims = depth ? evened(aims, depth.cost) : squeezed(setting, aims, fleet.peers, shards);
    }
  }
  return best;
}

/**
 * Cells for each peer, in proportion to rates as far as memory goes: what a full peer cannot take goes to the others.
 * Undefined where all of them together cannot hold the grid.
 */
function aimsOf(work: Work, peers: readonly PeerPerformance[]): number[] | undefined {
  const room = peers.map(({ memory }) => memory / work.bytesHeld);
  let left = cellCount(boxOfShape(work.grid.shape));
  if (sum(room) < left) return undefined;
  const aims = peers.map(() => 0);
  let open = peers.map((_, i) => i);
  for (;;) {
    const perRate = left / sum(open.map((i) => peers[i]?.rate ?? 0));
    const full = open.filter((i) => perRate * (peers[i]?.rate ?? 0) > (room[i] as number));
    for (const i of full.length > 0 ? full : open) {
      aims[i] = Math.min(room[i] as number, perRate * (peers[i]?.rate ?? 0));
    }
    if (full.length === 0) return aims;
    left -= sum(full.map((i) => room[i] as number));
    open = open.filter((i) => !full.includes(i));
  }
}

/** Less for peers that their own work would keep longer than the run's mean, more for the others. */
function evened(aims: readonly number[], { peers }: RunCost): number[] {
  const busy = peers.map(({ computeSeconds, networkSeconds }) => Math.max(computeSeconds, networkSeconds));
  const mean = sum(busy) / busy.length;
  return aims.map((aim, i) => aim * (mean / (busy[i] as number)) ** CORRECTION);
}

/** Bricks are coarse, and halos come on top: whoever got too much for its memory is to aim lower. */
function squeezed(
  { work, exchangeEvery = 1 }: Setting,
  aims: readonly number[],
  peers: readonly PeerPerformance[],
  shards: readonly Box[],
): number[] {
  return aims.map((aim, i) => {
    const load = memoryOf(work, shards[i] as Box, exchangeEvery) / (peers[i]?.memory ?? 0);
    return aim / Math.max(1, load);
  });
}

/** The groups of those of their peers that are members, as places among the members. */
function groupsAmong(groups: readonly (readonly number[])[], members: readonly number[]): number[][] {
  const places = new Map(members.map((peer, place) => [peer, place]));
  return groups
    .map((group) => group.map((peer) => places.get(peer)).filter((place) => place !== undefined))
    .filter((group) => group.length > 0);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
