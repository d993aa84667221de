/** Work that the engine should have before it, so that it never stands still while the thread that asks packs, sends or waits for its core. */
const SECONDS_AHEAD = 0.025;

/** However short exchanges are: what is asked for cannot be taken back, and whoever wants to read waits for it. */
const MOST_AHEAD = 8;

/** Of the exchanges' time as it was, so much stays when another one is made. */
const MEMORY = 0.8;

/** How many exchanges an engine is asked for ahead of those that it has made: one, or more where they are short. */
export class AskedAhead {
  /** Seconds, from any start. */
  readonly #now: () => number;
  /** Oldest first; those that failed stay. */
  #underWay: Promise<void>[] = [];
  /** Of the first that failed. */
  #failure: { readonly error: unknown } | undefined;
  /** Tells whoever waits for something else. */
  #onFailure: (error: unknown) => void = () => undefined;
  #seconds: number | undefined;
  #last: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An exchange's steps have been asked for. Where they fail, `room`, `all` and `meanwhile` tell. */
  add(made: Promise<void>): void {
    this.#underWay.push(made);
    made.then(
      () => this.#made(made),
      (error: unknown) => this.#failed(error),
    );
  }

  /**
   * What `waited` resolves to; rejects as soon as anything that was asked for fails, for `waited` may then never come. For one at a time: a
   * promise that lives as long as the run would keep whatever was raced against it.
   */
  meanwhile<T>(waited: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#onFailure = reject;
      waited.then(resolve, reject);
      if (this.#failure) reject(this.#failure.error);
    });
  }

  /** Resolves once another one may be asked for. Rejects as the oldest one does. */
  async room(): Promise<void> {
    while (this.#underWay.length > this.#ahead) await this.#underWay[0];
  }

  /** Resolves once all that was asked for is made. Rejects as the first one that fails. */
  async all(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  get #ahead(): number {
    if (this.#seconds === undefined) return 1;
    return Math.min(MOST_AHEAD, Math.max(1, Math.ceil(SECONDS_AHEAD / this.#seconds)));
  }

  #failed(error: unknown): void {
    this.#failure ??= { error };
    this.#onFailure(error);
  }

  /** From one that is made to the next it takes the time of an exchange, however many are asked for. */
  #made(made: Promise<void>): void {
    this.#underWay = this.#underWay.filter((other) => other !== made);
    const now = this.#now();
    const seconds = this.#last === undefined ? undefined : now - this.#last;
    this.#last = now;
    if (seconds === undefined) return;
    this.#seconds = this.#seconds === undefined ? seconds : MEMORY * this.#seconds + (1 - MEMORY) * seconds;
  }
}
