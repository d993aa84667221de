import { bytesToHex } from '@noble/hashes/utils';
import { bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { holdersOf } from '../../core/protocol/holders.js';
import type { Plan } from '../../core/protocol/plan.js';
import { readDigests } from '../../core/witness/digests.js';
import type { Member, RunMessage } from '../room/conductor.js';
import { digest } from './checker.js';
import type { Known, Parties } from './parties.js';
import type { SignedSpan } from './signed-span.js';

/** Reads what a peer signed of its own shard. Resolves to why it cannot be, where it cannot. */
export async function readSigned(
  parties: Parties,
  { id, job, plan }: { readonly id: string; readonly job: Job; readonly plan: Plan },
  { member, known }: { readonly member: Member; readonly known: Known },
  { statement, bricks, signature }: Extract<RunMessage, { type: 'signed' }>,
): Promise<SignedSpan | string> {
  const own = plan.shards[statement.shard];
  const isHeld = holdersOf(plan, statement.shard).includes(member.id);
  if (statement.job !== id || statement.plan !== plan.id || !own || !isHeld)
    return 'a peer signs for its own shard';
  const digests = readDigests(bricks, bricksOf(job.grid, own.box).length);
  if (!digests || bytesToHex(await digest(digests)) !== statement.root) return 'the bricks have another root';
  if (!(await parties.hasSigned(known, statement, signature))) return 'the signature is another’s';
  return { peer: member.id, known, statement, digests };
}
