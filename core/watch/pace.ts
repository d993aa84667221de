/** Frames are counted over so long before the pace is looked at again: links bring what waited all at once. */
const WINDOW_SECONDS = 0.4;
const SLOWER = 1.5;
const FASTER = 0.9;
const LONGEST_BACKOFF = 64;
/** From one look to the next the pace changes by so much at most. */
const LARGEST_CHANGE = 4;

/**
 * In how many steps a viewer wants a slice, so that at most `rate` frames come in a second. Where frames go missing, it asks for
 * fewer: those who hold the plane leave out what they have no time for, each by itself, and only whole frames are of use.
 */
export class Pace {
  readonly #now: () => number;
  rate: number;
  #every: number;
  #backoff = 1;
  #missed = false;
  /** Where the present window began. */
  #since: { readonly step: number; readonly at: number } | undefined;
  #step = 0;

  /** `rate` in frames a second; `every` steps at first; `now` gives seconds. */
  constructor(rate: number, every: number, now: () => number) {
    this.rate = rate;
    this.#every = rounded(every);
    this.#now = now;
  }

  /** Steps, 1 or more: a power of two, or three of the power before. Most of them divide the next ones, so that whoever hears of a change later still shows steps that others do. */
  get every(): number {
    return this.#every;
  }

  /** A frame of `step` is whole. Peers show themselves only every `exchange` steps. True: `every` has changed. */
  came(step: number, exchange: number): boolean {
    const at = this.#now();
    const since = this.#since;
    if (since && step - this.#step > 1.9 * Math.max(this.#every, exchange)) this.#missed = true;
    this.#step = step;
    if (!since || step <= since.step) {
      this.#since = { step, at };
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
    this.#backoff = this.#missed
      ? Math.min(LONGEST_BACKOFF, this.#backoff * SLOWER)
      : Math.max(1, this.#backoff * FASTER);
    this.#missed = false;
    const wanted = (speed / this.rate) * this.#backoff;
    return this.#set(Math.min(this.#every * LARGEST_CHANGE, Math.max(this.#every / LARGEST_CHANGE, wanted)));
  }

  #set(every: number): boolean {
    const before = this.#every;
    this.#every = rounded(every);
    return before !== this.#every;
  }
}

/** The next of 1, 2, 3, 4, 6, 8, 12, … */
function rounded(every: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(1, every)));
  const between = 0.75 * power;
  return Number.isInteger(between) && between >= every ? between : power;
}
