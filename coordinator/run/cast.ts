import type { Candidate } from '../../core/plan/candidate.js';
import { memoryOf } from '../../core/plan/cost.js';
import type { Fleet } from '../../core/plan/fleet.js';
import type { KnownFleet } from '../../core/plan/known-fleet.js';
import { shadowedFleet } from '../../core/plan/shadowed-fleet.js';
import { updatesOf } from '../../core/plan/updates.js';
import type { Work } from '../../core/plan/work.js';
import { shadowOf } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import { type Acquaintance, kinshipOf, pairUp } from './pairs.js';

type Shadows = NonNullable<Plan['shadows']>;

/** Who may be given a shard, and who computes it beside them. */
export interface Cast {
  readonly peers: readonly Member[];
  /** What they can do, in their order: of pairs, together. */
  readonly fleet: Fleet;
  /** Those who find nobody to compute with. */
  readonly unpaired: readonly Member[];
  /** The shadows of a run by some of them. */
  shadowsOf(chosen: Candidate): Shadows;
}

/** Every candidate may have a shard, and none is a shadow. */
export function castOfAll(peers: readonly Member[], known: KnownFleet): Cast {
  return { peers, fleet: known.of(peers), unpaired: [], shadowsOf: () => [] };
}

/**
 * Pairs, of which one may have a shard; and peers of the plan under way whose shadow is gone. Undefined where there is no pair: then
 * everybody computes alone.
 */
export function castOfPairs(
  candidates: readonly Member[],
  known: KnownFleet,
  acquaintance: Acquaintance,
  plan: Plan | undefined,
): Cast | undefined {
  const all = pairUp(candidates, acquaintance, plan);
  if (all.every(({ shadow }) => shadow === undefined)) return undefined;
  const isUnderWay = ({ id }: Member) => plan?.shards.some(({ peer }) => peer === id) === true;
  const pairs = all.filter(({ peer, shadow }) => shadow !== undefined || isUnderWay(peer));
  const peers = pairs.map(({ peer }) => peer);
  const shadows = pairs.map(({ shadow }) => (shadow ? known.of([shadow]).peers[0] : undefined));
  return {
    peers,
    fleet: shadowedFleet(known.of(peers), shadows),
    unpaired: all.map(({ peer }) => peer).filter((peer) => !peers.includes(peer)),
    shadowsOf: ({ members }) =>
      members.flatMap((member, shard) => {
        const shadow = pairs[member]?.shadow;
        return shadow ? [{ peer: shadow.id, shard }] : [];
      }),
  };
}

/**
 * Every candidate may have a shard; those who get none compute a shard of another owner's a second time, if that holds up nobody: the
 * least trusted peer's first. Whoever is a shadow under `plan` stays one.
 */
export function castWithVolunteers(
  candidates: readonly Member[],
  known: KnownFleet,
  acquaintance: Acquaintance,
  work: Work,
  plan: Plan | undefined,
): Cast {
  const all = castOfAll(candidates, known);
  const { peers, fleet } = all;
  const kinship = (chosen: Candidate, shard: number, place: number) =>
    kinshipOf(acquaintance, peers[chosen.members[shard] as number] as Member, peers[place] as Member);
  const canShadow = (chosen: Candidate, shard: number, place: number) => {
    const [own, other] = [peers[chosen.members[shard] as number] as Member, peers[place] as Member];
    const box = chosen.shards[shard] as Candidate['shards'][number];
    const { rate, stepSeconds, exchangeSeconds, memory } = fleet.peers[place] as Fleet['peers'][number];
    const k = chosen.pace.exchangeEvery;
    const seconds = updatesOf(work, box, k).all / k / rate + stepSeconds + exchangeSeconds / k;
    const isQuick = seconds <= chosen.cost.secondsPerStep && memoryOf(work, box, k) <= memory;
    return own.owner !== other.owner && kinship(chosen, shard, place) !== 'none' && isQuick;
  };
  const shadowsOf = (chosen: Candidate): Shadows => {
    const idle = new Set(peers.keys());
    for (const member of chosen.members) idle.delete(member);
    const idOf = (place: number) => (peers[place] as Member).id;
    const wary = (shard: number) => acquaintance.chanceOfCheck(idOf(chosen.members[shard] as number));
    const shards = [...chosen.members.keys()].toSorted((a, b) => wary(b) - wary(a));
    const presentOf = (shard: number): PeerId | undefined => {
      const at = plan?.shards.findIndex(({ peer }) => peer === idOf(chosen.members[shard] as number)) ?? -1;
      return plan && at >= 0 ? shadowOf(plan, at) : undefined;
    };
    return shards
      .flatMap((shard) => {
        const able = [...idle].filter((place) => canShadow(chosen, shard, place));
        const alike = able.find((each) => kinship(chosen, shard, each) === 'alike');
        const place = able.find((each) => idOf(each) === presentOf(shard)) ?? alike ?? able[0];
        if (place === undefined) return [];
        idle.delete(place);
        return [{ peer: idOf(place), shard }];
      })
      .toSorted((a, b) => a.shard - b.shard);
  };
  return { ...all, shadowsOf };
}
