/** A copy takes no more than this part of a link's time: the rest is for halos, which the run waits for. */
export const COPY_SHARE = 0.1;

/** However fast a link, handling a part costs both ends' threads about so much: what makes 13 MB/s of parts of 64 KiB. */
const LEAST_SECONDS = 5e-4;

/** Parts whose times are kept. */
const WINDOW = 8;
/** So much of a late timer's delay is made up for: hidden tabs have theirs once a second. */
const MADE_UP_SECONDS = 1;

/**
 * When the parts of a copy are to go. What a part takes a link by itself is the least that one of the last few took: what halos
 * added to the others is not the copy's. Times are seconds of one clock.
 */
export class GivingPace {
  readonly #recent: number[] = [];
  #due = Number.NEGATIVE_INFINITY;

  /** Another copy begins. */
  begins(now: number): void {
    this.#due = now;
  }

  /** A part went, and is there: it took the link so many seconds, the way there and back left out. */
  took(seconds: number): void {
    this.#recent.push(Math.max(LEAST_SECONDS, seconds));
    if (this.#recent.length > WINDOW) this.#recent.shift();
    this.#due += Math.min(...this.#recent) / COPY_SHARE;
  }

  /** Seconds until the next part may go; 0 where it may now. */
  left(now: number): number {
    this.#due = Math.max(this.#due, now - MADE_UP_SECONDS);
    return Math.max(0, this.#due - now);
  }
}
