/** A token bucket: `burst` at once, `perSecond` in the long run. */
export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #since: number;

  /** `now` gives milliseconds that never run backwards. */
  constructor(burst: number, perSecond: number, now: () => number = () => performance.now()) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#left = burst;
    this.#since = now();
  }

  /** Puts `amount` back, as far as `burst` goes. */
  give(amount: number): void {
    this.#left = Math.min(this.#burst, this.#left + amount);
  }

  /** Takes `cost` and says whether there was that much. */
  take(cost: number): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#since) / 1000) * this.#perSecond);
    this.#since = now;
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }
}
