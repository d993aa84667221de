import type { Job } from '../../core/job/job.js';
import { EVIDENCE_WITHIN_MS, MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { evidenceBytes } from '../../core/witness/evidence.js';
import { sampleBytes } from '../../core/witness/sample.js';
import { boxOfSpan, type Span } from '../../core/witness/span.js';
import type { EvidenceDesk, Expected } from './evidence-desk.js';

/** What a peer is to show of a span beside the halos it received. */
export interface Asked {
  readonly start: boolean;
  readonly outcome: boolean;
}

type About = 'plan' | 'step' | 'url';

/** What a peer is asked of a span, and how long an answer is and may take. */
export interface Demand {
  readonly bytes: number;
  readonly message:
    | Omit<Extract<ToPeer, { type: 'show' }>, About>
    | Omit<Extract<ToPeer, { type: 'trace' }>, About>
    | Omit<Extract<ToPeer, { type: 'bricks' }>, About>;
  readonly withinMs?: number;
}

interface Waiting {
  readonly peer: PeerId;
  readonly plan: number;
  readonly step: number;
  readonly expected: Expected;
}

/** Asks peers to show what they signed for. */
export class Asking {
  readonly #job: Job;
  readonly #desk: EvidenceDesk;
  readonly #tell: (peer: PeerId, message: ToPeer) => void;
  readonly #waiting = new Set<Waiting>();

  constructor(job: Job, desk: EvidenceDesk, tell: (peer: PeerId, message: ToPeer) => void) {
    this.#job = job;
    this.#desk = desk;
    this.#tell = tell;
  }

  /** Resolves to the bytes that `readEvidence` reads, or to undefined where the peer does not show them. */
  async ask(peer: PeerId, span: Span, asked: Asked): Promise<Uint8Array | undefined> {
    const bytes = evidenceBytes(this.#job, span, asked);
    if (bytes === 0) return new Uint8Array();
    const withinMs = EVIDENCE_WITHIN_MS * Math.max(1, bytes / MAX_EVIDENCE_BYTES);
    return this.demand(peer, span, { bytes, message: { type: 'show', ...asked }, withinMs });
  }

  /** The same of a few bricks of its state at the span's end, as `readSample` reads them. */
  async askSample(peer: PeerId, span: Span, bricks: readonly number[]): Promise<Uint8Array | undefined> {
    const message: Demand['message'] = { type: 'show', start: false, outcome: false, bricks: [...bricks] };
    const bytes = sampleBytes(this.#job, boxOfSpan(span), bricks);
    return this.demand(peer, span, { bytes, message });
  }

  /** The same of anything else that a peer is to say of a span, in so many `bytes`. */
  async demand(
    peer: PeerId,
    { plan, to: step }: Span,
    { bytes, message, withinMs }: Demand,
  ): Promise<Uint8Array | undefined> {
    const expected = this.#desk.expect(bytes, withinMs);
    const waiting: Waiting = { peer, plan: plan.id, step, expected };
    this.#waiting.add(waiting);
    this.#tell(peer, { ...message, plan: plan.id, step, url: expected.url });
    try {
      return await expected.arrived;
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  /** A peer has nothing to show. Whether it was asked. */
  withheld(peer: PeerId, plan: number, step: number): boolean {
    return this.#cancel((of) => of.peer === peer && of.plan === plan && of.step === step);
  }

  /** Nothing is waited for of a peer that is not asked any more. */
  cancel(peer: PeerId): void {
    this.#cancel((of) => of.peer === peer);
  }

  /** Nothing is waited for any more. */
  cancelAll(): void {
    this.#cancel(() => true);
  }

  #cancel(isMeant: (waiting: Waiting) => boolean): boolean {
    const meant = [...this.#waiting].filter(isMeant);
    for (const { expected } of meant) expected.cancel();
    return meant.length > 0;
  }
}
