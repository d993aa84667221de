import type { Candidate, Setting } from '../../core/plan/candidate.js';
import { useInWords } from '../../core/plan/use-words.js';
import { gainOfOneMore, type Use, usesIn } from '../../core/plan/uses.js';
import type { Progress, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan, PlanShards } from '../../core/protocol/plan.js';
import type { Cast } from './cast.js';
import { type Yardstick, yardstickOf } from './scaling.js';

/** Who computes what, and why. */
export interface Assignment extends Pick<Plan, 'shards' | 'shadows' | 'exchangeEvery' | 'epoch'> {
  /** Seconds a step that it promises. */
  readonly stepSeconds: number;
  /** Epochs that it counts on being granted ahead. */
  readonly epochsAhead: number;
  readonly yardstick: Yardstick;
  /** Of all who could have a shard. */
  readonly uses: ReadonlyMap<PeerId, ShownUse>;
  readonly oneMore: Progress['oneMore'] | undefined;
}

/** `cast`: the peers of the setting's fleet, in their order, and who computes beside them. `oneMore`: as `oneMoreOf` has it. */
export function assignmentOf(
  setting: Setting,
  { peers, unpaired, shadowsOf }: Pick<Cast, 'peers' | 'unpaired' | 'shadowsOf'>,
  chosen: Candidate,
  oneMore: Assignment['oneMore'],
): Assignment {
  const { members, pace, cost } = chosen;
  const shadows = shadowsOf(chosen);
  const idOf = (member: number) => peers[member]?.id as PeerId;
  return {
    shards: members.map((member, place) => ({
      peer: idOf(member),
      box: chosen.shards[place] as PlanShards[number]['box'],
    })),
    exchangeEvery: pace.exchangeEvery,
    epoch: pace.epoch,
    stepSeconds: cost.secondsPerStep,
    epochsAhead: cost.epochsAhead,
    yardstick: yardstickOf(setting.work, setting.fleet, chosen),
    ...(shadows.length > 0 && { shadows }),
    uses: new Map([
      ...usesIn(setting, chosen).map((use, member) => [idOf(member), shown(use)] as const),
      ...unpaired.map(({ id }) => [id, shown({ kind: 'unpaired' })] as const),
      ...shadows.map(({ peer, shard }) => [peer, shown({ kind: 'shadow', shard })] as const),
    ]),
    oneMore,
  };
}

const shown = (use: Use): ShownUse => ({ kind: use.kind, says: useInWords(use) });

/** What another like the fastest that computes would add: nobody would bring a slower one. It takes as long as to cut the grid for one more. */
export function oneMoreOf(
  setting: Setting,
  { peers }: Pick<Cast, 'peers'>,
  chosen: Candidate,
): Assignment['oneMore'] {
  const rateOf = (member: number) => setting.fleet.peers[member]?.rate ?? 0;
  const [like] = chosen.members.toSorted((a, b) => rateOf(b) - rateOf(a));
  if (like === undefined) return undefined;
  return { like: peers[like]?.id as PeerId, saves: gainOfOneMore(setting, chosen, like) };
}
