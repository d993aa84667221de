import { median } from '../../core/plan/robust.js';

/** Epochs kept: enough for a median that two accidents do not move. */
const WINDOW = 8;
/** A late peer is asked again after so many milliseconds. */
const ASK_MS = 2_000;

/** What a peer says of itself when it is asked. */
export interface Answer {
  /** It has made so many steps. */
  readonly step: number;
  /** Its engine has been asked for more of them. */
  readonly busy: boolean;
}

/** One peer under a plan: how long its epochs take, and what it answers where one is late. Times are milliseconds of one clock. */
export class Watched {
  #since: number;
  #epochs: number[] = [];
  /** When it was first asked what it has not answered. */
  #asked: number | undefined;
  #lastAsked = Number.NEGATIVE_INFINITY;
  /** Since when its engine has been seen busy with the steps after `step`. */
  #busy: { readonly step: number; readonly since: number } | undefined;

  constructor(now: number) {
    this.#since = now;
  }

  /** What its last epochs took. */
  get epochs(): readonly number[] {
    return this.#epochs;
  }

  /** What an epoch of its usually takes; 0 where none is known. */
  get usual(): number {
    return this.#epochs.length === 0 ? 0 : median(this.#epochs);
  }

  reported(now: number): void {
    this.#epochs = [...this.#epochs, now - this.#since].slice(-WINDOW);
    this.#since = now;
    this.#asked = undefined;
    this.#busy = undefined;
  }

  /** Whoever may not go on is not late. Returns whether it may. */
  rests(now: number, isHeld: boolean): boolean {
    if (isHeld) this.#since = now;
    return !isHeld;
  }

  sinceReport(now: number): number {
    return now - this.#since;
  }

  /** Whether it is to be asked now. */
  ask(now: number): boolean {
    if (now - this.#lastAsked < ASK_MS) return false;
    this.#lastAsked = now;
    this.#asked ??= now;
    return true;
  }

  forgetQuestion(): void {
    this.#asked = undefined;
  }

  answered({ step, busy }: Answer, now: number): void {
    this.#asked = undefined;
    if (!busy) this.#busy = undefined;
    else if (this.#busy?.step !== step) this.#busy = { step, since: now };
  }

  /** How long it has not answered. */
  silence(now: number): number {
    return this.#asked === undefined ? 0 : now - this.#asked;
  }

  /** How long its engine has been busy with the same steps, as far as it was asked. */
  busyWithOne(now: number): number {
    return this.#busy === undefined ? 0 : now - this.#busy.since;
  }
}
