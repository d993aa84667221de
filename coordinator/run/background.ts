/** Owns work that goes on by itself, so that whoever ends can wait for it. */
export class Background {
  readonly #work = new Set<Promise<void>>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  keep(work: Promise<void>): void {
    const kept = work.catch(this.#onFailure).finally(() => this.#work.delete(kept));
    this.#work.add(kept);
  }

  /** Resolves when all of it is over, what was begun meanwhile too. */
  async ended(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
