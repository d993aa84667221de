import type { RosterEntry } from '../../core/protocol/document.js';
import { isShadow } from '../../core/protocol/holders.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { PageState } from './state.js';

/** What a volunteer reads who computes a piece that another device computes too. */
export interface SecondComputerWords {
  readonly heading: string;
  readonly why: string;
}

/** Undefined where the piece is this device's own. */
export function secondComputerWords(
  { plan, shard, self }: Extract<PageState, { kind: 'computing' }>,
  roster: ReadonlyMap<PeerId, Pick<RosterEntry, 'name'>>,
): SecondComputerWords | undefined {
  if (!isShadow(plan, self)) return undefined;
  const first = roster.get(plan.shards[shard]?.peer ?? '')?.name;
  const other = first ? `“${first}”` : 'another device';
  return {
    heading: 'The piece that you compute a second time',
    why:
      `This device stands in as a second computer of the piece: ${other} computes it too. The two are compared, so that faults ` +
      'are found, and if the other one goes away, yours takes its place and the wave goes on without a step lost.',
  };
}
