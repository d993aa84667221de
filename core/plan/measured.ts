import { Estimate } from './estimate.js';

/** What is shorter is mostly the clock's grain. */
const SHORTEST_SECONDS = 1e-3;

/**
 * Cell updates a second of one peer, from what it does in each epoch. What its calibration claimed stands until the first
 * epoch it reports, and no longer.
 */
export class MeasuredRate {
  readonly #estimate: Estimate;

  constructor(claimed: number) {
    this.#estimate = new Estimate(claimed);
  }

  /** `updates` of cells, the overlap included, took so many seconds of computing. */
  computed(updates: number, seconds: number): void {
    if (seconds >= SHORTEST_SECONDS) this.#estimate.add(updates / seconds);
  }

  get value(): number {
    return this.#estimate.value as number;
  }

  /** How far epochs lie from it, as a part of it. */
  get scatter(): number {
    return this.#estimate.scatter;
  }
}
