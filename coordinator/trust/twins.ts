import type { SignedSpan, SpanGroup } from './signed-span.js';

/** What a shard's peer signed for a span, and what its shadow did. */
export interface Twins {
  readonly peer: SignedSpan;
  readonly shadow: SignedSpan;
}

/**
 * Compares what shadows signed with what their shards' peers did. They computed the same from the same halos and are of one numerical
 * class, so that every bit of the outcome has to be the same. Whoever of two that differ is wrong is for a check to tell.
 */
export function compareTwins({ byShard, shadows }: SpanGroup): {
  /** By shard, two of two owners who signed for the same: of one owner they would tell nothing. */
  readonly agreed: ReadonlyMap<number, Twins>;
  readonly disputes: readonly Twins[];
} {
  const twins = [...shadows].map(
    ([shard, shadow]): Twins => ({ peer: byShard.get(shard) as SignedSpan, shadow }),
  );
  const agreed = twins.filter((pair) => isSame(pair) && isOfTwoOwners(pair));
  return {
    agreed: new Map(agreed.map((pair) => [pair.peer.statement.shard, pair])),
    disputes: twins.filter((pair) => !isSame(pair)),
  };
}

const isOfTwoOwners = ({ peer, shadow }: Twins) => peer.known.party.owner !== shadow.known.party.owner;

function isSame({ peer, shadow }: Twins): boolean {
  const [a, b] = [peer.statement, shadow.statement];
  const sent = new Map(b.halos.map((halo) => [halo.shard, halo.sent]));
  return (
    a.root === b.root &&
    a.outputs === b.outputs &&
    a.halos.every((halo) => sent.get(halo.shard) === halo.sent)
  );
}
