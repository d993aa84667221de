import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import { driftTolerance } from '../../core/trust/classes/drift.js';
import { misfitOfHalos } from '../../core/witness/compare.js';
import { chainOf } from '../../core/witness/digests.js';
import { type Evidence, type HaloTable, readEvidence } from '../../core/witness/evidence.js';
import { columnOf } from '../../core/witness/halo-chains.js';
import { exchangeOf, type Span } from '../../core/witness/span.js';
import type { Asked, Asking } from './asking.js';
import { digest } from './checker.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';

/** What came of looking at the halos of a peer that is gone. */
export type Legacy =
  | { readonly kind: 'near' }
  | { readonly kind: 'apart'; readonly by: SignedSpan; readonly other: SignedSpan }
  /** What one shows is not what it signed for. */
  | { readonly kind: 'forged'; readonly by: SignedSpan }
  | { readonly kind: 'not shown'; readonly by: SignedSpan };

/**
 * Compares the halos that a shard's neighbours had of a peer that is gone with those that its shadow would have sent, where the two are of
 * two numerical classes: nobody signs for what the peer sent any more, and its shadow's hashes are others. Both ends show theirs. `group`: what
 * those have signed who are still there.
 */
export async function compareLegacy(
  job: Job,
  asking: Pick<Asking, 'ask'>,
  plan: Plan,
  { step, byShard, shadows }: SpanGroup,
  shard: number,
): Promise<Legacy> {
  const heir = shadows.get(shard) ?? byShard.get(shard);
  // It has gone too, and with it all that somebody goes by.
  if (!heir) return { kind: 'near' };
  const own = await evidenceOf(job, asking, plan, heir, { start: false, outcome: true });
  if (!own?.evidence.outcome) return { kind: 'not shown', by: heir };
  const { sent, end } = own.evidence.outcome;
  const { outgoing } = exchangeOf(job, own.span);
  for (const halo of heir.statement.halos) {
    if ((await chainOf(columnOf(sent, outgoing, halo.shard), digest)) !== halo.sent)
      return { kind: 'forged', by: heir };
  }
  const tolerance = driftTolerance(step - plan.from);
  for (const [neighbour, other] of [...byShard, ...shadows]) {
    const signed = other.statement.halos.find((halo) => halo.shard === shard);
    if (neighbour === shard || !signed) continue;
    const theirs = await evidenceOf(job, asking, plan, other, { start: false, outcome: false });
    if (!theirs) return { kind: 'not shown', by: other };
    const { incoming } = exchangeOf(job, theirs.span);
    const had = columnOf(theirs.evidence.received, incoming, shard);
    if ((await chainOf(had, digest)) !== signed.received) return { kind: 'forged', by: other };
    const wouldHaveSent = rowsOf(columnOf(sent, outgoing, neighbour));
    if (!(misfitOfHalos(rowsOf(had), { sent: wouldHaveSent, end }) <= tolerance))
      return { kind: 'apart', by: heir, other };
  }
  return { kind: 'near' };
}

const rowsOf = (column: readonly Float32Array[]): HaloTable => column.map((cells) => [cells]);

/** Undefined where the peer does not show it. */
async function evidenceOf(
  job: Job,
  asking: Pick<Asking, 'ask'>,
  plan: Plan,
  { peer, statement: { shard, from, step } }: SignedSpan,
  asked: Asked,
): Promise<{ readonly span: Span; readonly evidence: Evidence } | undefined> {
  const span: Span = { plan, shard, from, to: step };
  const bytes = await asking.ask(peer, span, asked);
  return bytes && { span, evidence: readEvidence(job, span, asked, bytes) };
}
