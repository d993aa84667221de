import type { SignedSpan, SpanGroup } from './signed-span.js';

/** What a shard's peer signed for a span, and what its shadow did. */
export interface Twins {
  readonly peer: SignedSpan;
  readonly shadow: SignedSpan;
}

/** What comes of comparing what shadows signed with what their shards' peers did. */
export interface ComparedTwins {
  /** By shard, two of two owners who signed for the same: of one owner they would tell nothing. */
  readonly agreed: ReadonlyMap<number, Twins>;
  /** Who of the two is wrong is for a check to tell. */
  readonly disputes: readonly Twins[];
  /** Two who differ as they may: by how much is for their bricks to tell. */
  readonly unlike: readonly Twins[];
}

/**
 * They computed the same from the same halos, so that of two of one numerical class every bit of the outcome has to be the same.
 * `isUnlike`: whether a shard is computed by two who need not have the same bits.
 */
export function compareTwins(
  { byShard, shadows }: SpanGroup,
  isUnlike: (shard: number) => boolean = () => false,
): ComparedTwins {
  const twins = [...shadows].map(
    ([shard, shadow]): Twins => ({ peer: byShard.get(shard) as SignedSpan, shadow }),
  );
  const agreed = twins.filter((pair) => isSame(pair) && areOfTwoOwners(pair));
  const differing = twins.filter((pair) => !isSame(pair));
  const mayDiffer = ({ peer }: Twins) => isUnlike(peer.statement.shard);
  return {
    agreed: new Map(agreed.map((pair) => [pair.peer.statement.shard, pair])),
    disputes: differing.filter((pair) => !mayDiffer(pair)),
    unlike: differing.filter(mayDiffer),
  };
}

export const areOfTwoOwners = ({ peer, shadow }: Twins): boolean =>
  peer.known.party.owner !== shadow.known.party.owner;

function isSame({ peer, shadow }: Twins): boolean {
  const [a, b] = [peer.statement, shadow.statement];
  const sent = new Map(b.halos.map((halo) => [halo.shard, halo.sent]));
  return (
    a.root === b.root &&
    a.outputs === b.outputs &&
    a.halos.every((halo) => sent.get(halo.shard) === halo.sent)
  );
}

/** Shards whose shadow had other halos than its peer: those of a peer that is gone, of which one had some of its heir's instead. */
export function withOtherHalos({ byShard, shadows }: SpanGroup): readonly number[] {
  const receivedBy = (span: SignedSpan | undefined) =>
    span?.statement.halos.map(({ received }) => received).join();
  return [...shadows.keys()].filter(
    (shard) => receivedBy(byShard.get(shard)) !== receivedBy(shadows.get(shard)),
  );
}
