import type { Advance } from '../engine.js';

/** The time of a device. */
export interface Clock {
  /** Seconds, from any start. */
  now(): number;
  /** Runs once after so many seconds, unless the function it returns is called first. */
  after(seconds: number, run: () => void): () => void;
}

/** Timers are coarse: a rest that ended later than it should by up to so many seconds shortens the next. */
const MADE_UP_FOR_S = 0.05;

/**
 * Has a device work for a share of the time: what took `t` seconds is followed by `t · (1 / share − 1)` without work, unless
 * nothing was to be done for so long anyway. At share 1 it stands in nobody's way.
 */
export class DutyCycle {
  readonly #clock: Clock;
  #share = 1;
  /** When the device has rested. */
  #rested = Number.NEGATIVE_INFINITY;
  /** Of the work before: one stretch at a time, or rests could not be told from work. */
  #last: Promise<unknown> = Promise.resolve();
  #wake = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `share` of the time from now on, over 0 and up to 1; a rest that is under way ends. */
  limitTo(share: number): void {
    if (!(share > 0 && share <= 1)) throw new RangeError(`a share is over 0 and up to 1, not ${share}`);
    this.#share = share;
    this.#rested = Number.NEGATIVE_INFINITY;
    this.#wake();
  }

  /** Whoever rests looks again whether to. */
  stir(): void {
    this.#wake();
  }

  /**
   * Begins work when the device has rested, or `isUrgent`. Resolves as soon as it has begun, to what waits for its end. Its
   * `seconds` contain the rest, so that whoever plans with them counts on the share.
   */
  async begin(
    work: () => Promise<Advance>,
    isUrgent: () => boolean = () => false,
  ): Promise<() => Promise<Advance>> {
    if (this.#share === 1) return waitingFor(work());
    const before = this.#last;
    let over = () => {};
    this.#last = new Promise<void>((resolve) => {
      over = resolve;
    });
    await before;
    await this.#rest(isUrgent);
    const share = this.#share;
    const started = this.#clock.now();
    const begun = Math.max(this.#rested, started - MADE_UP_FOR_S);
    const made = work()
      .then(({ samples, seconds }) => {
        // Browsers round a GPU's times so coarsely that short work seems to take none.
        const worked = seconds > 0 ? seconds : this.#clock.now() - started;
        this.#rested = begun + worked / share;
        return { samples, seconds: worked / share };
      })
      .finally(over);
    return waitingFor(made);
  }

  async #rest(isUrgent: () => boolean): Promise<void> {
    for (;;) {
      const left = this.#rested - this.#clock.now();
      if (left <= 0 || isUrgent()) return;
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(left, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
  }
}

/** Who waits learns of a failure; it may come before anybody does. */
function waitingFor(made: Promise<Advance>): () => Promise<Advance> {
  made.catch(() => undefined);
  return () => made;
}
