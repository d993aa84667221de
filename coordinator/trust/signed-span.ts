import type { PeerId } from '../../core/protocol/plan.js';
import type { Statement } from '../../core/trust/statement/statement.js';
import type { Known } from './parties.js';

/** A span as its peer signed it. */
export interface SignedSpan {
  readonly peer: PeerId;
  readonly known: Known;
  readonly statement: Statement;
  /** Of the bricks at its end, one after the other. */
  readonly digests: Uint8Array;
}

/** What all shards of a plan signed for one span. */
export interface SpanGroup {
  /** Where it ends. */
  readonly step: number;
  readonly byShard: ReadonlyMap<number, SignedSpan>;
  /** What their shadows signed, by the shard too. */
  readonly shadows: ReadonlyMap<number, SignedSpan>;
}
