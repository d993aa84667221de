import { bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { MAX_BRICKS_SIGNED, MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { Plan } from '../../core/protocol/plan.js';
import { exchangeOf, spanCells } from '../../core/witness/span.js';

/** Long enough that copying and hashing a state costs little beside computing it, short enough to find a liar soon. */
const SPAN_MS = 500;

/** A state is copied and hashed at some hundreds of MB a second: at this pace that takes two or three parts in a hundred of a thread. */
const STATE_BYTES_PER_MS = 10_000;

/** And where all are trusted, one: they are checked seldom, and that is to be the larger part of what it costs. */
const TRUSTED_BYTES_PER_MS = 4_000;

/** Of the halos of a span, which peers keep and show: where links are that fast, spans are shorter. */
const HALO_BYTES = 128 * 1024 * 1024;

/** Bytes of a plan's largest shard's state, and of the halos of one exchange that come to a shard or go from it. */
export interface SpanSizes {
  readonly state: number;
  readonly halos: number;
}

export function spanSizes(job: Job, plan: Plan): SpanSizes {
  const cells = plan.shards.map(({ box }, shard) =>
    spanCells(job, box, exchangeOf(job, { plan, shard, from: plan.from, to: plan.from })),
  );
  return {
    state: 4 * Math.max(...cells.map(({ state }) => state)),
    halos: 4 * Math.max(...cells.map(({ incoming, outgoing }) => Math.max(incoming, outgoing))),
  };
}

/** Whether peers can be held to a plan: whether what they have fits what they may sign and show. */
export function canSign(job: Job, plan: Plan): boolean {
  const { grid, file } = job;
  if (file.trust.check === 'off') return false;
  if (plan.shards.some(({ box }) => bricksOf(grid, box).length > MAX_BRICKS_SIGNED)) return false;
  const { state, halos } = spanSizes(job, plan);
  return 2 * (state + (halos * plan.epoch) / plan.exchangeEvery) <= MAX_EVIDENCE_BYTES;
}

/**
 * Milliseconds that a span is to last, unless it is too long before. `before`: those of all spans before it under its plan,
 * than which it is not to be longer: so whoever lies from the start is found soon, however large its shard is.
 */
export function spanPause({ state }: SpanSizes, before: number, areTrusted: boolean): number {
  const pace = areTrusted ? TRUSTED_BYTES_PER_MS : STATE_BYTES_PER_MS;
  return Math.max(SPAN_MS, Math.min(before, state / pace));
}

/** Whether so many steps are too many for a span. */
export function isLong(sizes: SpanSizes, exchangeEvery: number, steps: number): boolean {
  const halos = sizes.halos * Math.ceil(steps / exchangeEvery);
  return halos > HALO_BYTES || 2 * (sizes.state + halos) > MAX_EVIDENCE_BYTES;
}
