/** Reports kept though they are old: slow peers report seldom, and a rate needs a span of time. */
const FEWEST_REPORTS = 4;

/** Work per second over the last seconds, from reports of work done. */
export class RateMeter {
  readonly #window: number;
  /** The first has only its time: its work was done before it. */
  readonly #reports: { readonly at: number; readonly amount: number }[] = [];

  /** @param window seconds */
  constructor(window: number) {
    this.#window = window;
  }

  /** `at` in seconds of any clock; `amount` was done since the report before. */
  add(at: number, amount: number): void {
    this.#reports.push({ at, amount });
  }

  rate(at: number): number {
    while (this.#reports.length > FEWEST_REPORTS && (this.#reports[0]?.at ?? at) < at - this.#window) {
      this.#reports.shift();
    }
    const [first, ...rest] = this.#reports;
    const span = first ? at - first.at : 0;
    return span > 0 ? rest.reduce((sum, { amount }) => sum + amount, 0) / span : 0;
  }
}
