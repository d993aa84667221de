import { type Box, boxOfShape, cellCount } from '../../core/grid/box.js';
import { mostShards, partition, worthAShard } from '../../core/grid/partition.js';
import type { Job } from '../../core/job/job.js';
import { cellsHeld, type Holder, memoryShortfall } from '../../core/job/memory.js';
import type { PeerId, PlanShards } from '../../core/protocol/plan.js';

/** What the share-out needs to know of a peer. */
export interface Candidate extends Holder {
  readonly id: PeerId;
  /** Cell updates per second. */
  readonly rate: number;
}

export type ShareOut =
  | { readonly kind: 'shards'; readonly shards: PlanShards }
  /** The fleet cannot hold the job; `reason` says what is missing. */
  | { readonly kind: 'too-small'; readonly reason: string };

/** Passes of fitting whole bricks into memory. */
const MEMORY_PASSES = 8;

/**
 * Cuts the grid among peers: a shard's cells are proportional to its peer's rate, as far as its memory goes.
 * Peers that would hold the others up get none, unless the job says `use: all` or needs their memory; the fastest
 * come first where there are more peers than bricks. A peer that can't hold one brick gets none.
 * The same fleet always gets the same shards, whatever order it is listed in.
 */
export function shareOut(job: Job, fleet: readonly Candidate[]): ShareOut {
  const brick = cellCount(boxOfShape(job.grid.brick));
  const ranked = fleet
    .filter((peer) => cellsHeld(job, peer) >= brick)
    .map((peer) => ({ ...peer, rate: steady(peer.rate) }))
    .sort((a, b) => b.rate - a.rate || (a.id < b.id ? -1 : 1))
    .slice(0, mostShards(job.grid));
  const quick = job.run.use === 'all' ? ranked : quickest(job, ranked);
  const shards = cut(job, quick) ?? cut(job, ranked);
  if (shards) return { kind: 'shards', shards };
  const shortfall = memoryShortfall(job, ranked);
  return { kind: 'too-small', reason: shortfall ?? 'the state cannot be cut to fit the memory of each peer' };
}

/** Undefined where the memory of one or all does not suffice. */
function cut(job: Job, peers: readonly Candidate[]): PlanShards | undefined {
  const needed = cellCount(boxOfShape(job.grid.shape));
  const held = peers.map((peer) => cellsHeld(job, peer));
  let room = held;
  for (let pass = 0; pass < MEMORY_PASSES && sum(room) >= needed; pass++) {
    const boxes = partition(job.grid, filled(peers, room, needed));
    const load = boxes.map((box, i) => cellCount(box) / (held[i] ?? 0));
    if (load.every((share) => share <= 1)) {
      return peers.map(({ id }, i) => ({ peer: id, box: boxes[i] as Box }));
    }
    // Bricks are coarse: whoever got a layer too many is to aim lower.
    room = room.map((cells, i) => cells / Math.max(1, load[i] as number));
  }
  return undefined;
}

/** `cells` shared out in proportion to rates, as far as each peer has room; all of them together have enough. */
function filled(peers: readonly Candidate[], room: readonly number[], cells: number): number[] {
  const shares = peers.map(() => 0);
  let open = peers.map((_, i) => i);
  for (let left = cells; open.length > 0; ) {
    const perRate = left / sum(open.map((i) => peers[i]?.rate ?? 0));
    for (const i of open)
      shares[i] = Math.max(1, Math.min(room[i] as number, perRate * (peers[i]?.rate ?? 0)));
    const full = open.filter((i) => shares[i] === room[i]);
    if (full.length === 0) break;
    left -= sum(full.map((i) => room[i] as number));
    open = open.filter((i) => !full.includes(i));
  }
  return shares;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The peers that make a step quicker. */
function quickest(job: Job, ranked: readonly Candidate[]): readonly Candidate[] {
  if (ranked.length === 0) return ranked;
  const worth = worthAShard(
    job.grid,
    ranked.map(({ rate }) => rate),
  );
  return worth.map((i) => ranked[i] as Candidate);
}

/** Rates in steps of 9%: a calibration is no finer, and equal devices should not swap shards over its noise. */
const steady = (rate: number) => 2 ** (Math.round(Math.log2(rate) * 8) / 8);
