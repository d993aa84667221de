import { deviation, median } from './robust.js';

/** Measurements kept: the median of so many outlives three that are far off. */
const WINDOW = 8;
/** A level that is so many times the present one, or less than that part of it, is another level, not noise. */
const CHANGE = 1.5;
/** Measurements in a row on one side beyond it until it is believed: two may be an accident. */
const WITNESSES = 3;

/**
 * A quantity that is measured again and again, jumps at times, and whose measurements are now and then far off: a
 * device's rate, a link's round trip. The median of the last few; once three in a row say that it has changed by half or more,
 * it starts anew from them.
 */
export class Estimate {
  #recent: number[] = [];
  readonly #prior: number | undefined;

  /** `prior` stands until the first measurement: what was claimed, or is usual. */
  constructor(prior?: number) {
    this.#prior = prior;
  }

  /** Undefined where nothing is known. */
  get value(): number | undefined {
    return this.#recent.length > 0 ? median(this.#recent) : this.#prior;
  }

  /** How far measurements lie from the value, as a part of it: their deviation. 0 where fewer than 3 can tell. */
  get scatter(): number {
    return this.#recent.length < WITNESSES ? 0 : deviation(this.#recent) / median(this.#recent);
  }

  /** `measurement` is positive and finite; what is not is no measurement. */
  add(measurement: number): void {
    if (!(measurement > 0 && measurement < Infinity)) return;
    this.#recent.push(measurement);
    const newest = this.#recent.slice(-WITNESSES);
    const before = this.#recent.slice(0, -WITNESSES);
    if (newest.length === WITNESSES && before.length > 0) {
      const level = median(before);
      const up = newest.every((value) => value > level * CHANGE);
      const down = newest.every((value) => value < level / CHANGE);
      if (up || down) this.#recent = newest;
    }
    if (this.#recent.length > WINDOW) this.#recent.shift();
  }
}
