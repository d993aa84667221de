import type { Sweep } from '../../core/job/sweep.js';
import type { SweepMembers } from '../../core/protocol/api.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { MembersOver } from './done-record.js';

/** What is known of a sweep's members now. */
export interface MembersNow extends MembersOver {
  /** By member, the peers that it has been given to. */
  readonly holders: ReadonlyMap<number, readonly PeerId[]>;
}

/** The same for whoever asks, in as few bytes as thousands of members allow. */
export function membersTold(
  { axes, count }: Pick<Sweep, 'axes' | 'count'>,
  { done, failed, holders }: MembersNow,
): SweepMembers {
  const givenUp = new Set(failed.map(({ member }) => member));
  const letterOf = (member: number) => {
    if (done.has(member)) return 'd';
    if (givenUp.has(member)) return 'f';
    return holders.has(member) ? 'r' : '-';
  };
  return {
    axes: axes.map(({ name, field, values }) => ({ name, field, values: [...values] })),
    states: Array.from({ length: count }, (_, member) => letterOf(member)).join(''),
    running: [...holders].map(([member, peers]) => ({ member, peers: [...peers] })),
    failed: [...failed],
  };
}
