import { type Box, boxOfShape, cellCount } from '../../core/grid/box.js';
import { mostShards, partition, worthAShard } from '../../core/grid/partition.js';
import type { Job } from '../../core/job/job.js';
import { memoryNeeded } from '../../core/job/memory.js';
import type { PeerId, PlanShards } from '../../core/protocol/plan.js';

/** What the share-out needs to know of a peer. */
export interface Candidate {
  readonly id: PeerId;
  /** Cell updates per second. */
  readonly rate: number;
  /** Bytes a shard may hold. */
  readonly memory: number;
}

export type ShareOut =
  | { readonly kind: 'shards'; readonly shards: PlanShards }
  /** The fleet cannot hold the job; `reason` says what is missing. */
  | { readonly kind: 'too-small'; readonly reason: string };

/** Passes of taking from those whose memory is full; each pass fills at least one more. */
const MEMORY_PASSES = 8;

/**
 * Cuts the grid among peers: a shard's cells are proportional to its peer's rate, as far as its memory goes.
 * Peers that would hold the others up get none, unless the job says `use: all`; the fastest come first where
 * there are more peers than bricks.
 * The same fleet always gets the same shards, whatever order it is listed in.
 */
export function shareOut(job: Job, fleet: readonly Candidate[]): ShareOut {
  const ranked = fleet
    .map((peer) => ({ ...peer, rate: steady(peer.rate) }))
    .sort((a, b) => b.rate - a.rate || (a.id < b.id ? -1 : 1))
    .slice(0, mostShards(job.grid));
  const peers = job.run.use === 'all' ? ranked : quickest(job, ranked);
  const bytes = memoryNeeded(job);
  const memory = peers.reduce((sum, peer) => sum + peer.memory, 0);
  if (peers.length === 0 || memory < bytes) {
    return {
      kind: 'too-small',
      reason: `the job needs ${megabytes(bytes)} and the peers have ${megabytes(memory)}`,
    };
  }
  const cells = cellCount(boxOfShape(job.grid.shape));
  let weights = peers.map(({ rate }) => rate);
  for (let pass = 0; pass < MEMORY_PASSES; pass++) {
    const boxes = partition(job.grid, weights);
    const load = boxes.map((box, i) => ((cellCount(box) / cells) * bytes) / (peers[i]?.memory ?? 0));
    if (load.every((share) => share <= 1)) {
      return { kind: 'shards', shards: peers.map(({ id }, i) => ({ peer: id, box: boxes[i] as Box })) };
    }
    weights = weights.map((weight, i) => weight / Math.max(1, load[i] as number) ** 2);
  }
  return { kind: 'too-small', reason: `${megabytes(bytes)} can't be cut to fit the memory of each peer` };
}

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

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
