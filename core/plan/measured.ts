import { Estimate } from './estimate.js';

/** What is shorter is mostly the clock's grain. */
const SHORTEST_SECONDS = 1e-3;
/** What is smaller tells of the way's length, not of its width. */
const FEWEST_BYTES = 64 * 1024;

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

/** Round trip and rate of one link, from pulses and halos. Undefined until they have been measured. */
export class MeasuredLink {
  readonly #roundTrip = new Estimate();
  readonly #rate = new Estimate();

  /** A small message there and back took so many seconds. */
  answered(seconds: number): void {
    this.#roundTrip.add(seconds);
  }

  /** So many bytes were through so many seconds after they were begun, the way included. */
  delivered(bytes: number, seconds: number): void {
    const sending = seconds - (this.roundTrip ?? 0) / 2;
    if (bytes >= FEWEST_BYTES && sending >= SHORTEST_SECONDS) this.#rate.add(bytes / sending);
  }

  /** Seconds. */
  get roundTrip(): number | undefined {
    return this.#roundTrip.value;
  }

  /** Bytes a second. */
  get rate(): number | undefined {
    return this.#rate.value;
  }
}
