import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import { exchangeOf } from '../../core/witness/span.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';

/** What does not fit together of what peers signed for one span. */
export type Contradiction =
  | { readonly kind: 'other neighbours'; readonly by: SignedSpan }
  /** Who of the two is to blame cannot be told. */
  | { readonly kind: 'other halos'; readonly by: SignedSpan; readonly other: SignedSpan };

/** Whether both ends of every link signed for the same halos: the first contradiction, if there is one. */
export function compareEnds(job: Job, plan: Plan, { byShard }: SpanGroup): Contradiction | undefined {
  for (const [shard, by] of byShard) {
    const { halos } = by.statement;
    const { outgoing } = exchangeOf(job, { plan, shard, from: plan.from, to: plan.from });
    const due = new Set(outgoing.map((parcel) => parcel.shard));
    if (halos.length !== due.size || !halos.every((halo) => due.has(halo.shard)))
      return { kind: 'other neighbours', by };
    for (const halo of halos) {
      const other = byShard.get(halo.shard) as SignedSpan;
      const theirs = other.statement.halos.find((candidate) => candidate.shard === shard);
      if (theirs?.received !== halo.sent) return { kind: 'other halos', by, other };
    }
  }
  return undefined;
}
