import type { Job } from '../../core/job/job.js';
import { EVIDENCE_WITHIN_MS, MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { evidenceBytes } from '../../core/witness/evidence.js';
import type { Span } from '../../core/witness/span.js';
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

/** Asks peers to show what they signed for. */
export class Asking {
  readonly #job: Job;
  readonly #desk: EvidenceDesk;
  readonly #tell: (peer: PeerId, message: ToPeer) => void;
  readonly #expected = new Map<string, Expected>();

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

  /** The same of anything else that a peer is to say of a span, in so many `bytes`. */
  async demand(
    peer: PeerId,
    span: Span,
    { bytes, message, withinMs }: Demand,
  ): Promise<Uint8Array | undefined> {
    const expected = this.#desk.expect(bytes, withinMs);
    const name = nameOf(span.plan.id, peer, span.to);
    this.#expected.set(name, expected);
    this.#tell(peer, { ...message, plan: span.plan.id, step: span.to, url: expected.url });
    try {
      return await expected.arrived;
    } finally {
      if (this.#expected.get(name) === expected) this.#expected.delete(name);
    }
  }

  /** A peer has nothing to show. Whether it was asked. */
  withheld(peer: PeerId, plan: number, step: number): boolean {
    const expected = this.#expected.get(nameOf(plan, peer, step));
    expected?.cancel();
    return expected !== undefined;
  }

  /** Nothing is waited for of a peer that is not asked any more. */
  cancel(peer: PeerId): void {
    for (const [name, expected] of this.#expected) if (name.split(' ')[1] === peer) expected.cancel();
  }

  /** Nothing is waited for any more. */
  cancelAll(): void {
    for (const expected of this.#expected.values()) expected.cancel();
    this.#expected.clear();
  }
}

const nameOf = (plan: number, peer: PeerId, step: number) => `${plan} ${peer} ${step}`;
