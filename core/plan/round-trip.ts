/** Measurements kept: a way changes seldom, and hardly any device is busy at so many in a row. */
const WINDOW = 8;
/** With fewer, one that met a busy device would be all that is known: at a run's start all devices are busy. */
const FEWEST = 3;

/** How long a way there and back is: the least of the last few measurements. What a busy device adds to one is not the way's. */
export class RoundTrip {
  readonly #recent: number[] = [];

  /** A small message and its answer took so many seconds: 0 or more. */
  add(seconds: number): void {
    this.#recent.push(seconds);
    if (this.#recent.length > WINDOW) this.#recent.shift();
  }

  /** Seconds; undefined after fewer than 3 measurements. */
  get value(): number | undefined {
    return this.#recent.length < FEWEST ? undefined : Math.min(...this.#recent);
  }
}
