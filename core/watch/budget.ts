/** Seconds of work that may be spent on others: a small share of the time, saved up for so many seconds at most. */
const SAVED_SECONDS = 2;

/** Keeps what is done for viewers to a share of a device's time, however many of them ask. */
export class Budget {
  readonly #share: number;
  readonly #now: () => number;
  #left: number;
  #since: number;

  /** `share` is from 0 to 1; `now` gives seconds that never run backwards. */
  constructor(share: number, now: () => number) {
    this.#share = share;
    this.#now = now;
    this.#left = share * SAVED_SECONDS;
    this.#since = now();
  }

  /** Whether anything may be done now: what was spent before is earned again. */
  get isLeft(): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#share * SAVED_SECONDS, this.#left + (now - this.#since) * this.#share);
    this.#since = now;
    return this.#left > 0;
  }

  spend(seconds: number): void {
    this.#left -= seconds;
  }
}
