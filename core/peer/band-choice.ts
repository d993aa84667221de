import { Estimate } from '../plan/estimate.js';

/** So often the way that took longer is tried again: halos may have become slower, or quicker. */
const TRIED_AGAIN = 32;

/** How a shard makes the steps between two exchanges: what it sends first, in bands, or all cells of a step at once. */
export type Way = 'bands' | 'whole';

/**
 * Bands cost an engine something, least where a shard has few neighbours, and save waiting, most where links are slow. Which
 * way is quicker is seen by trying: nobody else has to know, for what is sent is the same.
 */
export class BandChoice {
  readonly #seconds = { bands: new Estimate(), whole: new Estimate() };
  #sinceTrial = 0;

  next(): Way {
    const bands = this.#seconds.bands.value;
    const whole = this.#seconds.whole.value;
    if (bands === undefined) return 'bands';
    if (whole === undefined) return 'whole';
    this.#sinceTrial += 1;
    const isTrial = this.#sinceTrial % TRIED_AGAIN === 0;
    return bands <= whole !== isTrial ? 'bands' : 'whole';
  }

  /** From one exchange to the next it took so many seconds, waiting included. */
  took(way: Way, seconds: number): void {
    this.#seconds[way].add(seconds);
  }
}
