import type { Box } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { type Exchange, planExchange } from '../peer/exchange.js';
import type { Plan } from '../protocol/plan.js';
import { stateCells } from './digests.js';

/**
 * Some epochs of one shard, at whose end its peer signs what it has. What comes of a span follows from the state at its
 * start and the halos that come in: so it can be computed again by itself, and whoever signed is the one to answer for it.
 */
export interface Span {
  readonly plan: Plan;
  /** Index of the shard in the plan. */
  readonly shard: number;
  /** So many steps had been made where it begins. */
  readonly from: number;
  /** And where it ends. */
  readonly to: number;
}

/** Steps at which halos are exchanged in a span, its first among them. */
export function exchangeSteps({ plan, from, to }: Span): number[] {
  const count = Math.ceil((to - from) / plan.exchangeEvery);
  return Array.from({ length: count }, (_, i) => from + i * plan.exchangeEvery);
}

/** Cells of one state of a shard, and of the halos of one exchange, either way. */
export interface SpanCells {
  readonly state: number;
  readonly incoming: number;
  readonly outgoing: number;
}

export function spanCells(job: Job, box: Box, { incoming, outgoing }: SignedHalos): SpanCells {
  const sum = (parcels: Exchange['incoming']) => parcels.reduce((cells, parcel) => cells + parcel.cells, 0);
  return { state: stateCells(job, box), incoming: sum(incoming), outgoing: sum(outgoing) };
}

export function boxOfSpan({ plan, shard }: Span): Box {
  const own = plan.shards[shard];
  if (!own) throw new RangeError(`plan ${plan.id} has no shard ${shard}`);
  return own.box;
}

export const exchangeOf = (job: Job, { plan, shard }: Span): Exchange => planExchange(job, plan, shard);

/** A shard's halos, as far as its peer signs for them. */
export type SignedHalos = Pick<Exchange, 'incoming' | 'outgoing'>;

const NO_HALOS: SignedHalos = { incoming: [], outgoing: [] };

/** Those of a plan under which only states are signed for are none. */
export const signedHalosOf = (job: Job, plan: Plan, shard: number): SignedHalos =>
  plan.signed === 'states' ? NO_HALOS : planExchange(job, plan, shard);
