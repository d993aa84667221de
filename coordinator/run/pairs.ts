import { shadowOf } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';

/** What is known of peers beside what they can do. */
export interface Acquaintance {
  /** Peers of one class compute the same bits in the job; undefined of a peer that has not told. */
  classOf(member: Member): string | undefined;
  /** How likely a span of the peer is checked: the more, the less it is trusted. */
  chanceOfCheck(peer: PeerId): number;
  /** Whether two of two classes may be held to each other. */
  areComparable(a: Member, b: Member): boolean;
  /** Whether shards can be shown, and so be computed again, where so many peers have the job. */
  areShownBy(peers: number): boolean;
}

/** A peer that answers for what it computes, and one that computes the same beside it, where there is one. */
export interface Pair {
  readonly peer: Member;
  readonly shadow: Member | undefined;
}

/** How well one may be the other's shadow. */
type Kinship =
  /** Both compute the same bits. */
  | 'alike'
  /** They round differently, and their values are compared. */
  | 'comparable'
  | 'none';

export function kinshipOf(known: Acquaintance, a: Member, b: Member): Kinship {
  const [one, other] = [known.classOf(a), known.classOf(b)];
  if (a.id === b.id || one === undefined || other === undefined) return 'none';
  if (one === other) return 'alike';
  return known.areComparable(a, b) ? 'comparable' : 'none';
}

/** What is looked for in a shadow. */
interface Wanted {
  readonly kinship: Exclude<Kinship, 'none'>;
  /** `other`: than the peer's; `any`: another than the peer's where that is to be had. */
  readonly owner: 'other' | 'any';
}

const WANTED: readonly Wanted[] = [
  { kinship: 'alike', owner: 'any' },
  { kinship: 'comparable', owner: 'any' },
];

/** Where shards are too large to be shown, a shadow of the same owner tells nothing: then its class comes second. */
const WANTED_OF_LARGE: readonly Wanted[] = [
  { kinship: 'alike', owner: 'other' },
  { kinship: 'comparable', owner: 'other' },
  ...WANTED,
];

/**
 * Pairs of one numerical class, and of two owners where that is to be had, and of two classes where it is not; whoever finds nobody stays
 * alone. Pairs of the plan under way stay together, unless they are of one owner and that is of no use; and its peers come first: a plan
 * changes no more than it has to.
 */
export function pairUp(candidates: readonly Member[], known: Acquaintance, plan: Plan | undefined): Pair[] {
  const free = new Map(candidates.map((member) => [member.id, member]));
  const take = (id: PeerId | undefined): Member | undefined => {
    const member = id === undefined ? undefined : free.get(id);
    if (member) free.delete(member.id);
    return member;
  };
  const match = (peer: Member, { kinship, owner }: Wanted): Member | undefined => {
    const kin = byRate([...free.values()]).filter((other) => kinshipOf(known, peer, other) === kinship);
    const ofAnother = kin.find((other) => other.owner !== peer.owner);
    return take((owner === 'other' ? ofAnother : (ofAnother ?? kin[0]))?.id);
  };
  const areShown = known.areShownBy(Math.max(1, Math.floor(candidates.length / 2)));
  let pairs: Pair[] = (plan?.shards ?? []).flatMap(({ peer: id }, shard) => {
    const peer = take(id);
    if (!peer) return [];
    const present = plan && shadowOf(plan, shard);
    const isOfUse = areShown || candidates.find((other) => other.id === present)?.owner !== peer.owner;
    return [{ peer, shadow: isOfUse ? take(present) : undefined }];
  });
  for (const wanted of areShown ? WANTED : WANTED_OF_LARGE) {
    pairs = pairs.map(({ peer, shadow }) => ({ peer, shadow: shadow ?? match(peer, wanted) }));
    for (const peer of byRate([...free.values()])) {
      if (!free.delete(peer.id)) continue;
      const shadow = match(peer, wanted);
      if (shadow) pairs.push({ peer, shadow });
      else free.set(peer.id, peer);
    }
  }
  return [...pairs, ...byRate([...free.values()]).map((peer) => ({ peer, shadow: undefined }))];
}

const byRate = (members: readonly Member[]) =>
  members.toSorted((a, b) => b.ability.rate - a.ability.rate || (a.id < b.id ? -1 : 1));
