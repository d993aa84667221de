/** A gain that is no accident: what is measured varies by less. */
const SURE_GAIN = 1 / 3;
/** Between two looks that agree: what is new on links and peers comes with a few epochs. */
const BETWEEN_MS = 1_500;

/**
 * What looks better once may be an accident of the first measurements; a plan is changed for what still looks better at a second look, or
 * for what is better by a third.
 */
export class SecondLook {
  #since: number | undefined;

  /** Something better is there: by the part `gain` of a step, at a time in milliseconds. Whether to go over to it now. */
  confirms(gain: number, now: number): boolean {
    this.#since ??= now;
    if (gain < SURE_GAIN && now - this.#since < BETWEEN_MS) return false;
    this.#since = undefined;
    return true;
  }

  /** Nothing is better. */
  forget(): void {
    this.#since = undefined;
  }
}
