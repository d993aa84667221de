import type { Candidate, Setting } from '../../core/plan/candidate.js';
import { useInWords } from '../../core/plan/use-words.js';
import { gainOfOneMore, usesIn } from '../../core/plan/uses.js';
import type { Progress, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan, PlanShards } from '../../core/protocol/plan.js';
import { type Yardstick, yardstickOf } from './scaling.js';

/** Who computes what, and why. */
export interface Assignment extends Pick<Plan, 'shards' | 'exchangeEvery' | 'epoch'> {
  /** Seconds a step that it promises. */
  readonly stepSeconds: number;
  readonly yardstick: Yardstick;
  /** Of all who could have a shard. */
  readonly uses: ReadonlyMap<PeerId, ShownUse>;
  readonly oneMore: Progress['oneMore'] | undefined;
}

/** `peers`: those of the setting's fleet, in their order. */
export function assignmentOf(
  setting: Setting,
  peers: readonly { readonly id: PeerId }[],
  chosen: Candidate,
): Assignment {
  const { members, pace, cost } = chosen;
  const idOf = (member: number) => peers[member]?.id as PeerId;
  return {
    shards: members.map((member, place) => ({
      peer: idOf(member),
      box: chosen.shards[place] as PlanShards[number]['box'],
    })),
    exchangeEvery: pace.exchangeEvery,
    epoch: pace.epoch,
    stepSeconds: cost.secondsPerStep,
    yardstick: yardstickOf(setting.work, setting.fleet, chosen),
    uses: new Map(
      usesIn(setting, chosen).map((use, member) => [idOf(member), { kind: use.kind, says: useInWords(use) }]),
    ),
    oneMore: oneMoreOf(setting, chosen, idOf),
  };
}

/** What another like the fastest that computes would add: nobody would bring a slower one. */
function oneMoreOf(setting: Setting, chosen: Candidate, idOf: (member: number) => PeerId) {
  const rateOf = (member: number) => setting.fleet.peers[member]?.rate ?? 0;
  const [like] = chosen.members.toSorted((a, b) => rateOf(b) - rateOf(a));
  if (like === undefined) return undefined;
  return { like: idOf(like), saves: gainOfOneMore(setting, chosen, like) };
}
