import { cellCount } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import type { Ledger } from '../../core/trust/reputation/ledger.js';
import type { SpanGroup } from './signed-span.js';

/** Notes the cell updates of a span for who signed it: they count when what was computed by then stands. */
export function noteCredit(
  ledger: Pick<Ledger, 'note'>,
  job: Job,
  { shards }: Plan,
  { step, byShard, shadows }: SpanGroup,
): void {
  for (const [shard, { known, statement }] of [...byShard, ...shadows]) {
    const { box } = shards[shard] as Plan['shards'][number];
    const updates = (step - statement.from) * cellCount(box) * job.components.length;
    ledger.note(known.party, step, updates);
  }
}
