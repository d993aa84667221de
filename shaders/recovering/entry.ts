import type { EngineShard } from '../engine.js';

export interface Work<T> {
  readonly run: (shard: EngineShard) => Promise<T>;
  /** What has to be done again on a new device, with the bytes it takes to remember it. Nothing, for a read. */
  readonly again?: { readonly bytes: number; readonly steps: number };
}

/** A call to a shard, which may have to be made more than once, and whoever waits for it. */
export class Entry<T = unknown> {
  readonly work: Work<T>;
  readonly answer: Promise<T>;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #settled = false;

  constructor(work: Work<T>) {
    this.work = work;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever called is told; those that only wait for the end of it are not.
    this.answer.catch(() => undefined);
  }

  /** Whoever waited has been told. */
  get settled(): boolean {
    return this.#settled;
  }

  resolve(value: T): void {
    this.#settled = true;
    this.#resolve(value);
  }

  reject(error: Error): void {
    this.#settled = true;
    this.#reject(error);
  }
}
