import { ProtocolError } from '../errors.js';
import { transfers } from '../grid/transfer.js';
import type { Job } from '../job/job.js';
import { holdersOf } from '../protocol/holders.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Copies } from './copy.js';
import { stateParts } from './load.js';
import type { Partners } from './partners.js';

/**
 * Sends, of the copies that a plan starts from, what `self` is to give of them to who computes under the plan. Throws ProtocolError where
 * it does not hold one of them, LinkError where an owner cannot be reached.
 */
export async function giveCopies(
  self: PeerId,
  copies: Copies,
  partners: Partners,
  job: Job,
  plan: Plan,
): Promise<void> {
  const { source, from: step } = plan;
  if (source.kind !== 'copies') return;
  const owned = plan.shards.map(({ box }) => box);
  for (const [from, { peer, box }] of source.shards.entries()) {
    if (peer !== self) continue;
    const copy = copies.of({ plan: source.plan, step, shard: from });
    if (!copy?.isWhole)
      throw new ProtocolError(`a copy of shard ${from} as of step ${step} is not here any more`);
    for (const { to, box: common } of transfers([box], owned)) {
      for (const [part, slab] of stateParts(job, common).entries()) {
        const message = { type: 'state', plan: plan.id, from, to, part, cells: copy.cut(slab) } as const;
        for (const holder of holdersOf(plan, to)) await partners.deliver(holder, message);
      }
    }
  }
}
