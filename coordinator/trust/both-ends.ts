import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import { signedHalosOf } from '../../core/witness/span.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';

/** What does not fit together of what peers signed for one span. */
export type Contradiction =
  | { readonly kind: 'other neighbours'; readonly by: SignedSpan }
  /** Who of the two is to blame cannot be told. `unsigned halos`: nor whether it is one of them, for whoever sent some of them is gone. */
  | {
      readonly kind: 'other halos' | 'unsigned halos';
      readonly by: SignedSpan;
      readonly other: SignedSpan;
    };

/**
 * Whether both ends of every link signed for the same halos, and shadows for those that their shard's peer had: the first contradiction,
 * if there is one. `isSignedWhole`: whether nobody has gone who sent some of a shard's. `isHeirToOthers`: whether somebody has gone who did,
 * and whose shadow, which signs in its place, need not have the same bits: these are for their values to tell (`Legacies`).
 */
export function compareEnds(
  job: Job,
  plan: Plan,
  { byShard, shadows }: SpanGroup,
  isSignedWhole: (shard: number) => boolean = () => true,
  isHeirToOthers: (shard: number) => boolean = () => false,
): Contradiction | undefined {
  for (const [shard, by] of [...byShard, ...shadows]) {
    const { halos } = by.statement;
    const { outgoing } = signedHalosOf(job, plan, shard);
    const due = new Set(outgoing.map((parcel) => parcel.shard));
    if (halos.length !== due.size || !halos.every((halo) => due.has(halo.shard)))
      return { kind: 'other neighbours', by };
    for (const halo of halos) {
      const other = byShard.get(halo.shard) as SignedSpan;
      const theirs = other.statement.halos.find((candidate) => candidate.shard === shard);
      // What a shadow would have sent is compared with what its shard's peer did.
      const isOfShadow = shadows.get(shard) === by;
      const isSame = isOfShadow ? theirs?.sent === halo.received : theirs?.received === halo.sent;
      const sender = isOfShadow ? halo.shard : shard;
      if (isSame || isHeirToOthers(sender)) continue;
      return { kind: isSignedWhole(sender) ? 'other halos' : 'unsigned halos', by, other };
    }
  }
  return undefined;
}
