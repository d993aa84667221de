import { deadlineAfter } from '../../core/plan/deadline.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { type Answer, Watched } from './watched.js';

/** A peer that has not shown yet how long its epochs take is asked after so long. Above the slowest sensible epoch's share. */
const STALL_MS = 15_000;
/** However short epochs are, nobody is late before: a new plan or a laden machine takes as long. */
const SHORTEST_DEADLINE_MS = 2_000;
/** A live event loop answers within a round trip; a laden one within this. */
const ANSWER_MS = 5_000;
/** An engine that has been busy with the same steps for so long, and so many epochs' time, makes no more. */
const FROZEN_MS = 10_000;
const FROZEN_EPOCHS = 20;
/**
 * All alive, and yet nothing moves: something was lost between them. Told from slowness by the longest the run has
 * stood still before, so many times.
 */
const STUCK_MS = 60_000;
const STUCK_TIMES = 10;
/** A plan whose shards change hands is given so many times what that is predicted to take. */
const HANDOVER_TIMES = 4;
/** Whatever is taken to be slow: rates of links are peers' own words, and a peer may have the others wait on purpose. */
const LONGEST_PATIENCE_MS = 600_000;

export type Stall =
  | { readonly kind: 'none' }
  /** They are late: what are they doing? */
  | { readonly kind: 'ask'; readonly peers: readonly PeerId[] }
  /** They do not answer. */
  | { readonly kind: 'silent'; readonly peers: readonly PeerId[] }
  /** It answers, and its engine makes no steps. */
  | { readonly kind: 'frozen'; readonly peer: PeerId; readonly seconds: number }
  | { readonly kind: 'stuck' };

/** Tells a slow peer from one that will never report again, and a slow run from one that will never move again. Times are milliseconds of one clock. */
export class StallWatch {
  #moved: number;
  #longest = 0;
  #longestEpoch = 0;
  /** What shards take to change hands under the present plan; 0 once they have. */
  #handover = 0;
  readonly #peers = new Map<PeerId, Watched>();

  constructor(now: number) {
    this.#moved = now;
  }

  moved(now: number): void {
    this.#longest = Math.max(this.#longest, now - this.#moved);
    this.#moved = now;
  }

  /** Milliseconds that the longest epoch took of all that peers have made, whatever the plan; 0 before the first. */
  get longestEpoch(): number {
    return this.#longestEpoch;
  }

  /** Milliseconds since anything last moved. */
  quietFor(now: number): number {
    return now - this.#moved;
  }

  /** A plan begins: its epochs are others than those before. `handover`: until its shards have changed hands. */
  begins(now: number, peers: readonly PeerId[], handover = 0): void {
    this.#handover = handover;
    this.#peers.clear();
    for (const peer of peers) this.#peers.set(peer, new Watched(now));
  }

  /** All have their shards: from here on only epochs take time. */
  loaded(): void {
    this.#handover = 0;
  }

  reported(peer: PeerId, now: number): void {
    const watched = this.#peers.get(peer);
    if (!watched) return;
    this.#longestEpoch = Math.max(this.#longestEpoch, watched.sinceReport(now));
    watched.reported(now);
  }

  answered(peer: PeerId, answer: Answer, now: number): void {
    this.#peers.get(peer)?.answered(answer, now);
  }

  /** `free`: the peers that may go on. */
  check(now: number, free: readonly PeerId[]): Stall {
    const slowness = Math.max(STUCK_MS, STUCK_TIMES * this.#longest, HANDOVER_TIMES * this.#handover);
    if (this.quietFor(now) >= Math.min(LONGEST_PATIENCE_MS, slowness)) return { kind: 'stuck' };
    const watched = [...this.#peers].filter(([peer, each]) => each.rests(now, !free.includes(peer)));
    const silent = watched.filter(([, each]) => each.silence(now) >= ANSWER_MS);
    if (silent.length > 0) {
      for (const [, each] of silent) each.forgetQuestion();
      return { kind: 'silent', peers: silent.map(([peer]) => peer) };
    }
    for (const [peer, each] of watched) {
      const busy = each.busyWithOne(now);
      if (busy >= Math.max(FROZEN_MS, FROZEN_EPOCHS * each.usual)) {
        return { kind: 'frozen', peer, seconds: busy / 1000 };
      }
    }
    const late = watched.filter(([, each]) => each.sinceReport(now) >= deadlineOf(each) && each.ask(now));
    return late.length > 0 ? { kind: 'ask', peers: late.map(([peer]) => peer) } : { kind: 'none' };
  }
}

function deadlineOf({ epochs }: Watched): number {
  const deadline = deadlineAfter(epochs);
  return deadline === Infinity ? STALL_MS : Math.max(SHORTEST_DEADLINE_MS, deadline);
}
