/** What may pass at a steady rate: each amount takes its share of time after the one before. */
export class Pace {
  readonly #perMs: number;
  #free = 0;

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
  }

  /** Takes `amount`, and gives when it has passed. Times are milliseconds of one clock. */
  take(amount: number, now: number): number {
    this.#free = Math.max(this.#free, now) + amount / this.#perMs;
    return this.#free;
  }
}
