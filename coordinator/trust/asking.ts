import type { Job } from '../../core/job/job.js';
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

type Show = Extract<ToPeer, { type: 'show' }>;

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
    return bytes === 0 ? new Uint8Array() : this.#show(peer, span, bytes, asked);
  }

  /** The same of a few bricks of its state at the span's end, as `readSample` reads them. */
  async askSample(peer: PeerId, span: Span, bricks: readonly number[]): Promise<Uint8Array | undefined> {
    const asked = { start: false, outcome: false, bricks: [...bricks] };
    return this.#show(peer, span, sampleBytes(this.#job, boxOfSpan(span), bricks), asked);
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

  async #show(
    peer: PeerId,
    { plan, to: step }: Span,
    bytes: number,
    asked: Pick<Show, 'start' | 'outcome' | 'bricks'>,
  ): Promise<Uint8Array | undefined> {
    const expected = this.#desk.expect(bytes);
    const waiting: Waiting = { peer, plan: plan.id, step, expected };
    this.#waiting.add(waiting);
    this.#tell(peer, { type: 'show', plan: plan.id, step, ...asked, url: expected.url });
    try {
      return await expected.arrived;
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  #cancel(isMeant: (waiting: Waiting) => boolean): boolean {
    const meant = [...this.#waiting].filter(isMeant);
    for (const { expected } of meant) expected.cancel();
    return meant.length > 0;
  }
}
