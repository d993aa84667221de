import { INSPECT_WITHIN_MS } from '../../core/protocol/limits.js';
import type { Answer, ToCoordinator } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { type HaloTable, writeEvidence } from '../../core/witness/evidence.js';
import type { SpanStart } from '../../core/witness/replay.js';
import type { Span } from '../../core/witness/span.js';
import type { Member } from '../room/conductor.js';
import type { EvidenceDesk } from './evidence-desk.js';

/** What a span is computed again from. */
export interface Given {
  readonly start: SpanStart;
  readonly received: HaloTable;
}

/** What an inspector said, or did not. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Why there is none, in words. */
  | { readonly kind: 'none'; readonly why: string };

type Inspected = Extract<ToCoordinator, { type: 'inspected' }>;

interface Open {
  readonly peer: PeerId;
  readonly settle: (reply: Reply) => void;
}

/** Asks peers to compute spans again, and takes in what they answer. */
export class Inquiries {
  readonly #desk: EvidenceDesk;
  readonly #withinMs: number;
  readonly #open = new Map<number, Open>();
  #asked = 0;

  constructor(desk: EvidenceDesk, withinMs = INSPECT_WITHIN_MS) {
    this.#desk = desk;
    this.#withinMs = withinMs;
  }

  /** Never rejects. Nothing of what was signed is told. */
  async ask(member: Member, { plan, shard, from, to }: Span, { start, received }: Given): Promise<Reply> {
    const request = ++this.#asked;
    const shown = start.kind === 'cells' ? { start: start.cells } : {};
    const offered = this.#desk.offer(writeEvidence({ ...shown, received }));
    const reply = new Promise<Reply>((resolve) =>
      this.#open.set(request, { peer: member.id, settle: resolve }),
    );
    const late = setTimeout(
      () => this.#settle(request, { kind: 'none', why: `no answer in ${this.#withinMs / 1000} s` }),
      this.#withinMs,
    );
    member.allow(1);
    member.send({
      type: 'inspect',
      ...{ request, plan, shard, from, to },
      start: start.kind === 'cells',
      url: offered.url,
    });
    try {
      return await reply;
    } finally {
      clearTimeout(late);
      offered.withdraw();
    }
  }

  answered({ id }: Member, { request, answer }: Inspected): void {
    // Late, or not its own to answer: nobody waits for that.
    if (this.#open.get(request)?.peer !== id) return;
    this.#settle(
      request,
      'failure' in answer ? { kind: 'none', why: answer.failure } : { kind: 'answer', answer },
    );
  }

  lost(peer: PeerId): void {
    for (const [request, open] of this.#open) {
      if (open.peer === peer) this.#settle(request, { kind: 'none', why: 'it is gone' });
    }
  }

  /** Nobody is waited for any more. */
  close(): void {
    for (const request of [...this.#open.keys()])
      this.#settle(request, { kind: 'none', why: 'nobody asks any more' });
  }

  #settle(request: number, reply: Reply): void {
    this.#open.get(request)?.settle(reply);
    this.#open.delete(request);
  }
}
