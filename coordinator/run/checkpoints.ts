import { checkpointPrefix, checkpointSealKey } from '../../core/protocol/keys.js';
import type { Store } from '../store/store.js';

/** Sealed checkpoints kept: the newest, and one before it in case the newest proves unreadable. */
const KEPT = 2;

/** The sealed checkpoints of one job, oldest first. */
export class Checkpoints {
  readonly #store: Store;
  readonly #job: string;
  readonly #sealed: number[] = [];

  constructor(store: Store, job: string) {
    this.#store = store;
    this.#job = job;
  }

  /** Step of the newest, or undefined where none has been sealed. */
  get newest(): number | undefined {
    return this.#sealed.at(-1);
  }

  /** Seals `step`, all of whose bricks are in the store, and removes what is no longer needed. */
  async seal(step: number): Promise<void> {
    const manifest = { version: 1, job: this.#job, step, sealed: new Date().toISOString() };
    await this.#store.create(
      checkpointSealKey(this.#job, step),
      new TextEncoder().encode(JSON.stringify(manifest)),
    );
    // A run that went back while this was on its way may come to the same step again.
    if (!this.#sealed.includes(step)) this.#sealed.push(step);
    while (this.#sealed.length > KEPT) await this.#remove(this.#sealed.shift() as number);
  }

  /** Removes all of them, and what was stored for others that were never sealed: the job has ended. */
  async clear(): Promise<void> {
    for (const step of this.#sealed.splice(0)) await this.#remove(step);
    await this.#removeAll(checkpointPrefix(this.#job));
  }

  /** The seal goes first, so that no sealed checkpoint ever lacks a brick. */
  async #remove(step: number): Promise<void> {
    await this.#store.remove(checkpointSealKey(this.#job, step));
    await this.#removeAll(checkpointPrefix(this.#job, step));
  }

  async #removeAll(prefix: string): Promise<void> {
    for await (const key of this.#store.list(prefix)) await this.#store.remove(key);
  }
}
