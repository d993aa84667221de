import { boxOfShape } from '../../core/grid/box.js';
import { bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import {
  EVIDENCE_WITHIN_MS,
  MAX_BRICKS_SIGNED,
  MAX_EVIDENCE_BYTES,
  MAX_SIGNED_BYTES,
} from '../../core/protocol/limits.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { stateCells } from '../../core/witness/digests.js';
import { exchangeOf, spanCells } from '../../core/witness/span.js';

/** Long enough that copying and hashing a state costs little beside computing it, short enough to find a liar soon. */
const SPAN_MS = 500;

/** A state is copied and hashed at some hundreds of MB a second: at this pace that takes two or three parts in a hundred of a thread. */
const STATE_BYTES_PER_MS = 10_000;

/** And this is how fast it goes where nothing else is done: spans of large states are no shorter than that takes. */
const HASHED_BYTES_PER_MS = 200_000;

/** And where all are trusted, one: they are checked seldom, and that is to be the larger part of what it costs. */
const TRUSTED_BYTES_PER_MS = 4_000;

/** A span is computed once more beside the next ones, and its state hashed up to 32 times. */
const RETELL_TIMES = 6;

/** What f16 loses adds up from step to step: a check of so many still tells a false state, with small time steps too. */
const MOST_STEPS_IN_HALVES = 500;

/** Of the halos of a span, which peers keep and show, or of the state where that is more: where links are that fast, spans are shorter. */
const HALO_BYTES = 128 * 1024 * 1024;

/** Bytes of a shard's state, and of the halos of one exchange that come to it or go from it: of whichever are more. */
interface ShardSizes {
  readonly state: number;
  readonly halos: number;
}

/** Those of a plan's largest shard. */
export interface SpanSizes extends ShardSizes {
  /** Those of the largest shard that can be shown; 0 where none can. */
  readonly shown: ShardSizes;
  /** Bytes that a peer shows of one span, at most. */
  readonly limit: number;
  /** Steps of a span, at most: but a span has an epoch. */
  readonly steps: number;
  /** Shards that can be shown, and so computed again. */
  readonly canBeShown: ReadonlySet<number>;
}

/** `limit`: bytes that a peer shows of one span, at most. */
export function spanSizes(job: Job, plan: Plan, limit = MAX_EVIDENCE_BYTES): SpanSizes {
  const sizes = plan.shards.map(({ box }, shard): ShardSizes => {
    const span = { plan, shard, from: plan.from, to: plan.from };
    const { state, incoming, outgoing } = spanCells(job, box, exchangeOf(job, span));
    return { state: 4 * state, halos: 4 * Math.max(incoming, outgoing) };
  });
  const epoch = plan.epoch / plan.exchangeEvery;
  const shown = [...sizes.entries()].filter(([, size]) => bytesShown(size, epoch) <= limit);
  return {
    ...largestOf(sizes),
    shown: largestOf(shown.map(([, size]) => size)),
    limit,
    steps: job.run.keepWavesIn === 'f16' ? MOST_STEPS_IN_HALVES : Number.POSITIVE_INFINITY,
    canBeShown: new Set(shown.map(([shard]) => shard)),
  };
}

const largestOf = (sizes: readonly ShardSizes[]): ShardSizes => ({
  state: Math.max(0, ...sizes.map(({ state }) => state)),
  halos: Math.max(0, ...sizes.map(({ halos }) => halos)),
});

/** Whether shards can be shown where so many peers have equal shares of a job, as far as that is known before it is cut: without their halos. */
export function areSharesShown(job: Job, peers: number, limit = MAX_EVIDENCE_BYTES): boolean {
  const state = 4 * stateCells(job, boxOfShape(job.grid.shape));
  return bytesShown({ state: state / peers, halos: 0 }, 0) <= limit;
}

/** The state at both ends of a span, and the halos of so many exchanges, both ways. */
const bytesShown = ({ state, halos }: ShardSizes, exchanges: number) => 2 * (state + halos * exchanges);

/**
 * Shards that nobody computes again: too large to be shown, and without a shadow. `tells`: whether what a shadow signed tells anything of the
 * peer whose shard it computes; always, unless given.
 */
export function unseenShards(
  { shards, shadows = [] }: Plan,
  { canBeShown }: SpanSizes,
  tells: (peer: PeerId, shadow: PeerId) => boolean = () => true,
): number[] {
  const isSeen = (shard: number) =>
    canBeShown.has(shard) ||
    shadows.some((own) => own.shard === shard && tells(shards[shard]?.peer ?? own.peer, own.peer));
  return [...shards.keys()].filter((shard) => !isSeen(shard));
}

/** Whether peers can be held to a plan: whether what they have can be signed for. It need not all be small enough to be shown. */
export function canSign(job: Job, plan: Plan, limit = MAX_EVIDENCE_BYTES): boolean {
  const { grid, file } = job;
  if (file.trust.check === 'off') return false;
  if (plan.shards.some(({ box }) => bricksOf(grid, box).length > MAX_BRICKS_SIGNED)) return false;
  return spanSizes(job, plan, limit).state <= Math.max(MAX_SIGNED_BYTES, limit);
}

/**
 * Milliseconds that a span is to last, unless it is too long before. `before`: those of all spans before it under its plan,
 * than which it is not to be longer: so whoever lies from the start is found soon, however large its shard is.
 */
export function spanPause({ state }: ShardSizes, before: number, areTrusted: boolean): number {
  const pace = areTrusted ? TRUSTED_BYTES_PER_MS : STATE_BYTES_PER_MS;
  return Math.max(SPAN_MS, state / HASHED_BYTES_PER_MS, Math.min(before, state / pace));
}

/** Whether so many steps are too many for a span. */
export function isLong(
  { state, halos, shown, limit, steps: most }: SpanSizes,
  exchangeEvery: number,
  steps: number,
): boolean {
  const exchanges = Math.ceil(steps / exchangeEvery);
  const isMuch = halos * exchanges > Math.max(HALO_BYTES, state) || bytesShown(shown, exchanges) > limit;
  return isMuch || steps > most;
}

/** Milliseconds that a peer may take to compute a span once more, beside all else that it computes: several times what the span took. */
export const retellWithin = ({ state }: SpanSizes): number =>
  EVIDENCE_WITHIN_MS + RETELL_TIMES * Math.max(SPAN_MS, state / TRUSTED_BYTES_PER_MS);
