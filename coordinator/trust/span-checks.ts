import type { Job } from '../../core/job/job.js';
import { isShadow } from '../../core/protocol/holders.js';
import { readEvidence } from '../../core/witness/evidence.js';
import type { SpanStart } from '../../core/witness/replay.js';
import type { Span } from '../../core/witness/span.js';
import type { Store } from '../store/store.js';
import type { Asking } from './asking.js';
import { keepsHalves } from './class-in-job.js';
import type { Judge, Judgement } from './court.js';
import { KnownStarts } from './known-starts.js';
import type { SignedSpan } from './signed-span.js';

/** What came of a check. */
type CheckOutcome =
  | ({ readonly kind: 'judged' } & Judgement)
  /** The peer did not show what it signed for. */
  | { readonly kind: 'not shown' };

export interface SpanChecksTools {
  readonly court: Judge;
  readonly store: Pick<Store, 'get'>;
  readonly asking: Asking;
  /** Resolves when all that a span owes the store is there, or the plan is void. */
  readonly whenStored: (span: Span) => Promise<void>;
  /** Whether the field is said to be infinite. */
  readonly isInDoubt: () => boolean;
  /** Whether the run waits for checks, and for nothing else; or is over. */
  readonly isWaiting: () => boolean;
}

/** Checks spans: the peer shows what it signed for, and it is computed again. */
export class SpanChecks {
  readonly #job: Job;
  readonly #tools: SpanChecksTools;
  readonly #starts = new KnownStarts();

  constructor(job: Job, tools: SpanChecksTools) {
    this.#job = job;
    this.#tools = tools;
  }

  /**
   * `startDigests`: of the bricks at the span's start, as they were signed for, where that is known. `stands`: whether the plan
   * does; where it no longer did when the peer had shown what it was asked for, resolves to undefined, and where the
   * room closes.
   */
  async check(
    span: Span,
    signed: SignedSpan,
    startDigests: Uint8Array | undefined,
    stands: () => boolean,
  ): Promise<CheckOutcome | undefined> {
    const { court, store, asking, whenStored, isInDoubt, isWaiting } = this.#tools;
    const { peer, known, statement, digests } = signed;
    const job = this.#job;
    const sameClass = (await court.numericalClass()) === known.numericalClass;
    // Nobody would let an answer go that is asked for after all of them were.
    if (!stands()) return undefined;
    const found = this.#starts.of(span, sameClass);
    const asked = { start: found === undefined, outcome: !sameClass };
    const bytes = await asking.ask(peer, span, asked);
    // On another class its outputs are compared as they are stored: by a shard's own peer, and what is not finite by nobody.
    const stores = !isShadow(span.plan, peer) && !isInDoubt();
    if (!sameClass && stores) await whenStored(span);
    if (!stands()) return undefined;
    if (!bytes) return { kind: 'not shown' };
    const evidence = readEvidence(job, span, asked, bytes);
    const start: SpanStart = found ?? { kind: 'cells', cells: evidence.start as Float32Array };
    const claim = {
      job,
      span,
      statement,
      digests,
      evidence,
      start,
      startDigests,
      sameClass,
      stores,
      keepsHalves: keepsHalves(known.numericalClass),
      isInDoubt: isInDoubt(),
    };
    const judgement = await court.judge({ get: (key) => store.get(key) }, claim, known, isWaiting);
    if (!judgement) return undefined;
    const { verdict } = judgement;
    const isKnown = verdict.kind === 'holds' && verdict.outcome && sameClass && stands();
    if (isKnown) this.#starts.keep(span, verdict.outcome.end);
    return { kind: 'judged', ...judgement };
  }

  /** The run goes back: no state is any more what it was. */
  clear(): void {
    this.#starts.clear();
  }
}
