import { secondsNow } from '../../shaders/clock.js';
import { Estimate } from '../plan/estimate.js';

/** What comes after a message's first piece, at least: two pieces more. Less tells of the clock, not of the link. */
const FEWEST_BYTES = 32 * 1024;
/** The clock's grain. */
const SHORTEST_SECONDS = 1e-4;

/**
 * How fast a link brings long messages, from one's first piece to its last. The other end cannot see it: what it hands to its
 * network may lie there.
 */
export class IncomingRate {
  readonly #now: () => number;
  readonly #estimate = new Estimate();
  #began: number | undefined;
  #bytes = 0;

  constructor(now: () => number = secondsNow) {
    this.#now = now;
  }

  /** The next piece of a message has come; `last` when it is complete. */
  came(bytes: number, last: boolean): void {
    if (this.#began === undefined) {
      this.#began = this.#now();
      this.#bytes = 0;
    } else this.#bytes += bytes;
    if (!last) return;
    const seconds = this.#now() - this.#began;
    this.#began = undefined;
    if (this.#bytes >= FEWEST_BYTES) this.#estimate.add(this.#bytes / Math.max(seconds, SHORTEST_SECONDS));
  }

  /** Bytes a second; undefined until it has been measured. */
  get value(): number | undefined {
    return this.#estimate.value;
  }
}
