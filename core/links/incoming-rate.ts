import { secondsNow } from '../../shaders/clock.js';
import { Estimate } from '../plan/estimate.js';

/** Of all that came after messages' first pieces, taken together: less tells of the clock, not of the link. */
const FEWEST_BYTES = 32 * 1024;
/** The clock's grain. */
const SHORTEST_SECONDS = 1e-4;

/**
 * How fast a link brings messages of several pieces, from one's first piece to its last. The other end cannot see it: what it hands to its
 * network may lie there.
 */
export class IncomingRate {
  readonly #now: () => number;
  readonly #estimate = new Estimate();
  /** When the first piece of the message under way came. */
  #began: number | undefined;
  #bytes = 0;
  #seconds = 0;

  constructor(now: () => number = secondsNow) {
    this.#now = now;
  }

  /** The next piece of a message has come; `last` when it is complete. */
  came(bytes: number, last: boolean): void {
    if (this.#began === undefined) this.#began = this.#now();
    else this.#bytes += bytes;
    if (!last) return;
    this.#seconds += this.#now() - this.#began;
    this.#began = undefined;
    if (this.#bytes < FEWEST_BYTES) return;
    this.#estimate.add(this.#bytes / Math.max(this.#seconds, SHORTEST_SECONDS));
    this.#bytes = 0;
    this.#seconds = 0;
  }

  /** Bytes a second; undefined until it has been measured. */
  get value(): number | undefined {
    return this.#estimate.value;
  }
}
