/** Long enough for several reports of each peer, short enough to follow a change. */
const WINDOW_SECONDS = 5;

interface Mark {
  readonly step: number;
  readonly seconds: number;
}

/** Seconds a step, as plans promised and as they were. What passes between plans, and until a plan's first epoch, is left out. */
export class StepClock {
  #predicted: number | undefined;
  /** Of the plan under way, oldest first: the last one before the window, and those in it. */
  #marks: Mark[] = [];
  #steps = 0;
  #promised = 0;
  #taken = 0;

  /** A plan begins that promises so many seconds a step. */
  begin(predicted: number): void {
    this.#predicted = predicted;
    this.#marks = [];
  }

  /** No plan is under way. */
  pause(): void {
    this.#predicted = undefined;
    this.#marks = [];
  }

  /** Every shard has made `step` steps, at a time in seconds. Returns how many more that are, and what they took, where that is known. */
  reached(step: number, seconds: number): { readonly steps: number; readonly seconds: number } | undefined {
    const last = this.#marks.at(-1);
    if (this.#predicted === undefined || step <= (last?.step ?? -1)) return undefined;
    this.#marks.push({ step, seconds });
    while ((this.#marks[1]?.seconds ?? Infinity) < seconds - WINDOW_SECONDS) this.#marks.shift();
    if (!last) return undefined;
    const more = { steps: step - last.step, seconds: seconds - last.seconds };
    this.#steps += more.steps;
    this.#promised += more.steps * this.#predicted;
    this.#taken += more.seconds;
    return more;
  }

  /** Of the plan under way, if one is; `measured` over the last seconds, null until two epochs are done. */
  get now(): { readonly predicted: number; readonly measured: number | null } | undefined {
    if (this.#predicted === undefined) return undefined;
    const [first] = this.#marks;
    const last = this.#marks.at(-1);
    const isMeasured = first && last && last.step > first.step;
    return {
      predicted: this.#predicted,
      measured: isMeasured ? (last.seconds - first.seconds) / (last.step - first.step) : null,
    };
  }

  /** Of all plans so far, their steps alike; undefined until two epochs of one are done. */
  get overall(): { readonly predicted: number; readonly measured: number } | undefined {
    if (this.#steps === 0) return undefined;
    return { predicted: this.#promised / this.#steps, measured: this.#taken / this.#steps };
  }
}
