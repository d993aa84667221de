import type { Parties } from './parties.js';
import type { SignedPlan } from './signed-plan.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';

/** Spans of one shard that are being checked at once; while so many are, the next ones are let pass. */
const CHECKS_AT_ONCE = 1;

/** Draws whose spans are checked, when all have signed: each as often as whoever signed it deserves. */
export function draw(
  parties: Parties,
  signed: SignedPlan,
  { step, byShard }: SpanGroup,
): readonly SignedSpan[] {
  return [...byShard].flatMap(([shard, span]) => {
    const isDrawn = parties.isChecked(span.known.party, { plan: signed.plan.id, shard, step });
    return isDrawn && signed.checksOf(shard) < CHECKS_AT_ONCE ? [span] : [];
  });
}
