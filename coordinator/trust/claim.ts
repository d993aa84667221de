import type { Job } from '../../core/job/job.js';
import type { Statement } from '../../core/trust/statement/statement.js';
import type { Evidence } from '../../core/witness/evidence.js';
import type { SpanStart } from '../../core/witness/replay.js';
import type { Span } from '../../core/witness/span.js';

/** What a peer signed of a span, and what it shows of it. */
export interface Claim {
  readonly job: Job;
  readonly span: Span;
  readonly statement: Statement;
  /** Of the bricks at the span's end. */
  readonly digests: Uint8Array;
  readonly evidence: Evidence;
  readonly start: SpanStart;
  /** Of the bricks at its start, as others, or the peer itself before, signed for them; where that is known. */
  readonly startDigests: Uint8Array | undefined;
  /** Whether its bits are those of the checker's engine. */
  readonly sameClass: boolean;
  /** Whether what is stored of the span's outputs is its own: a shadow stores none. */
  readonly stores: boolean;
  /** Whether its waves are kept in f16, and the checker's are not: `sameClass` is false then. */
  readonly keepsHalves: boolean;
  /** Whether the field is said to be infinite, as whoever has what is not finite says before it signs for it. */
  readonly isInDoubt: boolean;
}
