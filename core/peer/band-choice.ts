import { Estimate } from '../plan/estimate.js';

/** So often the other way is tried again: halos may have become slower, or quicker. */
const TRIED_AGAIN = 32;

/** How a shard makes the steps between two exchanges: what it sends first, in bands, or all cells of a step at once. */
export type Way = 'bands' | 'whole';

/**
 * Bands cost an engine something, least where a shard has few neighbours, and save waiting, most where links are slow. But it is the
 * neighbours' waiting that they save: who tries them while the others do not sees no gain, and all could go on waiting for one another. So what
 * bands take the engine is held against what all at once takes, waiting included: where the engine waits, there is time for bands.
 */
export class BandChoice {
  /** Seconds, of the engine alone. */
  readonly #bands = new Estimate();
  /** Seconds from one exchange to the next. */
  readonly #whole = new Estimate();
  #sinceTrial = 0;

  next(): Way {
    const bands = this.#bands.value;
    const whole = this.#whole.value;
    if (bands === undefined) return 'bands';
    if (whole === undefined) return 'whole';
    this.#sinceTrial += 1;
    const isTrial = this.#sinceTrial % TRIED_AGAIN === 0;
    return bands <= whole !== isTrial ? 'bands' : 'whole';
  }

  /** In bands the steps took the engine so many seconds. */
  computedInBands(seconds: number): void {
    this.#bands.add(seconds);
  }

  /** All at once it took so many seconds from one exchange to the next, waiting included. */
  tookWhole(seconds: number): void {
    this.#whole.add(seconds);
  }
}
