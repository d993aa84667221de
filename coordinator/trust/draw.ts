import type { Parties } from './parties.js';
import type { SignedPlan } from './signed-plan.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';

/** Spans of one shard that are being checked at once; while so many are, the next ones are let pass. */
const CHECKS_AT_ONCE = 1;

/**
 * Draws whose spans are checked, when all have signed: each as often as whoever signed it deserves. One on which two parties `agree`
 * has been computed twice already, and is drawn no more than any.
 */
export function draw(
  parties: Parties,
  signed: SignedPlan,
  { step, byShard }: SpanGroup,
  agree: (shard: number) => boolean,
): readonly SignedSpan[] {
  return [...byShard].flatMap(([shard, span]) => {
    const occasion = { plan: signed.plan.id, shard, step };
    const isDrawn = agree(shard)
      ? parties.isSampled(occasion)
      : parties.isChecked(span.known.party, occasion);
    return isDrawn && signed.checksOf(span.peer) < CHECKS_AT_ONCE ? [span] : [];
  });
}

/**
 * Whether a span is checked of which a share has been compared with what another owner's peer of another class computed: as often as whoever
 * signed it deserves, of what has not been seen.
 */
export function isDrawnBeyond(
  parties: Parties,
  signed: SignedPlan,
  { peer, known, statement: { shard, step } }: SignedSpan,
  share: number,
): boolean {
  const occasion = { plan: signed.plan.id, shard, step };
  return parties.isCheckedBeyond(share, known.party, occasion) && signed.checksOf(peer) < CHECKS_AT_ONCE;
}
