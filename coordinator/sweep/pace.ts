/** The weight of what is older falls to a half in so many members. */
const HALF_LIFE = 8;
/** What a peer claims counts like so much of its work. */
const CLAIM_SECONDS = 0.05;

/**
 * How fast one peer gets through members, all that it takes to compute and to store them counted: cell updates a second between
 * one finished and the next.
 */
export class Pace {
  #updates: number;
  #seconds = CLAIM_SECONDS;
  #last: number;

  /** `claimed`: what a calibration found. `now`: when the first member is given, in seconds. */
  constructor(claimed: number, now: number) {
    this.#updates = claimed * CLAIM_SECONDS;
    this.#last = now;
  }

  get rate(): number {
    return this.#updates / this.#seconds;
  }

  /** The peer has had nothing to do until now. */
  idleUntil(now: number): void {
    this.#last = now;
  }

  finished(updates: number, now: number): void {
    const kept = 0.5 ** (1 / HALF_LIFE);
    this.#updates = kept * this.#updates + updates;
    this.#seconds = kept * this.#seconds + Math.max(0, now - this.#last);
    this.#last = now;
  }
}
