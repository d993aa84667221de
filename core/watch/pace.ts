/** Frames are counted over so long before the pace is looked at again: links bring what waited all at once. */
const WINDOW_SECONDS = 0.4;
/** Of the frames that are due in a window, so many have to come whole; a stall here and there is nobody's want of time. */
const ENOUGH_WHOLE = 0.8;
const SLOWER = 1.5;
const FASTER = 0.9;
const LONGEST_BACKOFF = 64;
/** From one look to the next the pace changes by so much at most. */
const LARGEST_CHANGE = 4;
/** How much of what a window tells of the run's speed is believed: windows differ by what else the devices do. */
const TRUST_IN_A_WINDOW = 0.3;
/** A pace that is right but for so much stays: all who hold the plane have to hear of each change. */
const GOOD_ENOUGH = 0.04;

/**
 * In how many steps a viewer wants a slice, so that at most `rate` frames come in a second. Where frames go missing, it asks for
 * fewer: those who hold the plane leave out what they have no time for, each by itself, and only whole frames are of use.
 */
export class Pace {
  readonly #now: () => number;
  rate: number;
  #every: number;
  #backoff = 1;
  /** Frames of the present window. */
  #due = 0;
  #whole = 0;
  /** Steps a second, as far as known. */
  #speed: number | undefined;
  /** Some have heard of a change and some have not: frames that go missing now tell nothing. */
  #isChanging = false;
  /** Where the present window began. */
  #since: { readonly step: number; readonly at: number } | undefined;
  #step = 0;

  /** `rate` in frames a second; `every` steps at first; `now` gives seconds. */
  constructor(rate: number, every: number, now: () => number) {
    this.rate = rate;
    this.#every = Math.max(1, Math.ceil(every));
    this.#now = now;
  }

  /** Whole steps, 1 or more. */
  get every(): number {
    return this.#every;
  }

  /** A frame of `step` is whole. Peers show themselves only every `exchange` steps. True: `every` has changed. */
  came(step: number, exchange: number): boolean {
    const at = this.#now();
    const since = this.#since;
    this.#whole += 1;
    this.#due += dueAfter(this.#step, step, Math.max(this.#every, exchange));
    this.#step = step;
    if (!since || step <= since.step) {
      this.#since = { step, at };
      this.#due = this.#whole;
      return false;
    }
    if (at - since.at < WINDOW_SECONDS) return false;
    this.#since = { step, at };
    return this.#choose((step - since.step) / (at - since.at));
  }

  /** Slices come, and no frame is whole. True: `every` has changed. */
  starved(): boolean {
    this.#backoff = Math.min(LONGEST_BACKOFF, this.#backoff * SLOWER);
    return this.#set(this.#every * SLOWER);
  }

  #choose(speed: number): boolean {
    this.#speed = speedAfter(this.#speed, speed);
    if (!this.#isChanging) {
      const isEnough = this.#whole >= ENOUGH_WHOLE * this.#due;
      this.#backoff = isEnough
        ? Math.max(1, this.#backoff * FASTER)
        : Math.min(LONGEST_BACKOFF, this.#backoff * SLOWER);
    }
    this.#isChanging = false;
    [this.#due, this.#whole] = [0, 0];
    const wanted = (this.#speed / this.rate) * this.#backoff;
    return this.#set(Math.min(this.#every * LARGEST_CHANGE, Math.max(this.#every / LARGEST_CHANGE, wanted)));
  }

  #set(wanted: number): boolean {
    const every = Math.max(1, Math.ceil(wanted));
    const off = this.#every / wanted - 1;
    // Too many frames are as wrong as too few; of a few steps none can be left over.
    if (every === this.#every || (off >= 0 && off < GOOD_ENOUGH)) return false;
    this.#every = every;
    this.#isChanging = true;
    return true;
  }
}

/** Frames that are due after `before`, up to `step`: one at the first exchange at or after each multiple of so many steps. */
const dueAfter = (before: number, step: number, every: number) =>
  Math.max(1, Math.floor(step / every) - Math.floor(before / every));

/** A run that is planned anew may be another run altogether. */
function speedAfter(before: number | undefined, now: number): number {
  if (before === undefined || now > 2 * before || now < before / 2) return now;
  return before + TRUST_IN_A_WINDOW * (now - before);
}
