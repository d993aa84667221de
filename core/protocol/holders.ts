import type { PeerId, Plan } from './plan.js';

type Cast = Pick<Plan, 'shards' | 'shadows'>;

/** A peer that computes a shard under a plan. */
export interface Holder {
  readonly peer: PeerId;
  /** Index into the plan's shards. */
  readonly shard: number;
}

/** All who compute under a plan: each shard's own peer, in the order of the shards, and then the shadows. */
export function holdersIn({ shards, shadows = [] }: Cast): readonly Holder[] {
  return [...shards.map(({ peer }, shard) => ({ peer, shard })), ...shadows];
}

/** Who computes a shard: its own peer, and then its shadow where it has one. */
export function holdersOf(plan: Cast, shard: number): readonly PeerId[] {
  return holdersIn(plan)
    .filter((holder) => holder.shard === shard)
    .map(({ peer }) => peer);
}

export function shadowOf({ shadows = [] }: Cast, shard: number): PeerId | undefined {
  return shadows.find((shadow) => shadow.shard === shard)?.peer;
}

/** Whether a peer computes a shard that another one answers for. */
export function isShadow({ shadows = [] }: Cast, peer: PeerId): boolean {
  return shadows.some((shadow) => shadow.peer === peer);
}

/**
 * The plan once a peer holds nothing of it any more: where it had a shard, the shard's shadow is its peer. Undefined where the plan
 * cannot do without it, or never had it.
 */
export function planWithout<P extends Cast>(plan: P, peer: PeerId): P | undefined {
  const shard = plan.shards.findIndex((own) => own.peer === peer);
  if (shard < 0) return isShadow(plan, peer) ? withoutShadow(plan, peer) : undefined;
  const heir = shadowOf(plan, shard);
  if (heir === undefined) return undefined;
  const shards = plan.shards.map((own, index) => (index === shard ? { ...own, peer: heir } : own));
  return withoutShadow({ ...plan, shards }, heir);
}

function withoutShadow<P extends Cast>({ shadows = [], ...plan }: P, peer: PeerId): P {
  const left = shadows.filter((shadow) => shadow.peer !== peer);
  return { ...plan, ...(left.length > 0 && { shadows: left }) } as P;
}
