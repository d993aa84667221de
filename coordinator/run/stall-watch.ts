import type { PeerId } from '../../core/protocol/plan.js';

/** A run that has not moved for so long asks its peers whether they live. Above the slowest sensible epoch's share. */
const STALL_MS = 15_000;
/** A live event loop answers within a round trip; a laden one within this. */
const ANSWER_MS = 5_000;
/**
 * All alive, and yet nothing moves: something was lost between them. Told from slowness by the longest the run has
 * stood still before, so many times.
 */
const STUCK_MS = 60_000;
const STUCK_TIMES = 10;

export type Stall =
  | { readonly kind: 'none' }
  | { readonly kind: 'ask'; readonly peers: readonly PeerId[] }
  | { readonly kind: 'silent'; readonly peers: readonly PeerId[] }
  | { readonly kind: 'stuck' };

/** Tells a slow run from one that will never move again. Times are milliseconds of one clock. */
export class StallWatch {
  #moved: number;
  #longest = 0;
  #asked: { readonly at: number; readonly silent: Set<PeerId> } | undefined;
  #nextAsk: number;

  constructor(now: number) {
    this.#moved = now;
    this.#nextAsk = now + STALL_MS;
  }

  moved(now: number): void {
    this.#longest = Math.max(this.#longest, now - this.#moved);
    this.#moved = now;
    this.#nextAsk = now + STALL_MS;
    this.#asked = undefined;
  }

  answered(peer: PeerId): void {
    this.#asked?.silent.delete(peer);
  }

  check(now: number, peers: readonly PeerId[]): Stall {
    if (now - this.#moved >= Math.max(STUCK_MS, STUCK_TIMES * this.#longest)) return { kind: 'stuck' };
    if (this.#asked && now - this.#asked.at >= ANSWER_MS) {
      const silent = [...this.#asked.silent];
      this.#asked = undefined;
      this.#nextAsk = now + STALL_MS;
      if (silent.length > 0) return { kind: 'silent', peers: silent };
    }
    if (!this.#asked && now >= this.#nextAsk) {
      this.#asked = { at: now, silent: new Set(peers) };
      return { kind: 'ask', peers };
    }
    return { kind: 'none' };
  }
}
