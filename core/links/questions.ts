import { secondsNow } from '../../shaders/clock.js';
import { RoundTrip } from '../plan/round-trip.js';

const HIGHEST = 2 ** 32 - 1;

/** What one side of a channel asks to learn how long the way is. */
export class Questions {
  readonly #now: () => number;
  readonly #roundTrip = new RoundTrip();
  #open: { readonly asks: number; readonly at: number } | undefined;

  constructor(now: () => number = secondsNow) {
    this.#now = now;
  }

  /** The next question, 1 to 2³² − 1; what was asked before counts no more. Drawn by lot: nobody answers before it was asked. */
  ask(): number {
    const asks = 1 + Math.floor(Math.random() * HIGHEST);
    this.#open = { asks, at: this.#now() };
    return asks;
  }

  /** What answers nothing that is open counts for nothing. */
  answered(answers: number): void {
    if (this.#open?.asks !== answers) return;
    this.#roundTrip.add(this.#now() - this.#open.at);
    this.#open = undefined;
  }

  /** Seconds; undefined until it has been measured. */
  get roundTrip(): number | undefined {
    return this.#roundTrip.value;
  }
}
