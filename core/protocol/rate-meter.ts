/** Cell updates per second over the last few seconds, from reports of work done. */
export class RateMeter {
  readonly #window: number;
  readonly #reports: { readonly at: number; readonly amount: number }[] = [];
  #started: number | undefined;

  /** @param window seconds; long enough to cover several reports of the slowest peer */
  constructor(window: number) {
    this.#window = window;
  }

  add(at: number, amount: number): void {
    this.#started ??= at;
    this.#reports.push({ at, amount });
    this.#forget(at);
  }

  rate(at: number): number {
    this.#forget(at);
    if (this.#started === undefined) return 0;
    const span = Math.min(this.#window, at - this.#started);
    const sum = this.#reports.reduce((total, { amount }) => total + amount, 0);
    return span > 0 ? sum / span : 0;
  }

  #forget(now: number): void {
    while (this.#reports[0] && this.#reports[0].at < now - this.#window) this.#reports.shift();
  }
}
