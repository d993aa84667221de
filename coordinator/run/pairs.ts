import { shadowOf } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';

/** What is known of peers beside what they can do. */
export interface Acquaintance {
  /** Peers of one class compute the same bits; undefined of a peer that has not told. */
  classOf(peer: PeerId): string | undefined;
  /** How likely a span of the peer is checked: the more, the less it is trusted. */
  chanceOfCheck(peer: PeerId): number;
}

/** A peer that answers for what it computes, and one that computes the same beside it, where there is one. */
export interface Pair {
  readonly peer: Member;
  readonly shadow: Member | undefined;
}

/** Whether one may be the other's shadow: both have to compute the same bits. */
export function isLike(known: Acquaintance, a: Member, b: Member): boolean {
  const numericalClass = known.classOf(a.id);
  return a.id !== b.id && numericalClass !== undefined && known.classOf(b.id) === numericalClass;
}

/**
 * Pairs of one numerical class, and of two owners where that is to be had; whoever finds nobody stays alone. Pairs of the plan under
 * way stay together, and its peers come first: a plan changes no more than it has to.
 */
export function pairUp(candidates: readonly Member[], known: Acquaintance, plan: Plan | undefined): Pair[] {
  const free = new Map(candidates.map((member) => [member.id, member]));
  const take = (id: PeerId | undefined): Member | undefined => {
    const member = id === undefined ? undefined : free.get(id);
    if (member) free.delete(member.id);
    return member;
  };
  const present = (plan?.shards ?? []).flatMap(({ peer }, shard) => {
    const own = take(peer);
    return own ? [{ peer: own, shadow: take(plan && shadowOf(plan, shard)) }] : [];
  });
  const match = (peer: Member) => {
    const like = byRate([...free.values()].filter((other) => isLike(known, peer, other)));
    return take((like.find(({ owner }) => owner !== peer.owner) ?? like[0])?.id);
  };
  const pairs: Pair[] = present.map(({ peer, shadow }) => ({ peer, shadow: shadow ?? match(peer) }));
  for (const { id } of byRate([...free.values()])) {
    const peer = take(id);
    if (peer) pairs.push({ peer, shadow: match(peer) });
  }
  return pairs;
}

const byRate = (members: readonly Member[]) =>
  members.toSorted((a, b) => b.ability.rate - a.ability.rate || (a.id < b.id ? -1 : 1));
