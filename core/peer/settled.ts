import { LinkError } from '../errors.js';

/** How far a shard's state is whole, and can be handed over: an epoch's end, or the start once it is loaded. */
export class Settled {
  #step: number | undefined;
  #ended = false;
  readonly #waiting = new Set<{
    readonly step: number;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }>();

  /** Undefined while the shard is loading. */
  get step(): number | undefined {
    return this.#step;
  }

  at(step: number): void {
    this.#step = step;
    for (const waiter of this.#waiting) {
      if (waiter.step > step) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  end(): void {
    this.#ended = true;
    for (const { reject } of this.#waiting) reject(new LinkError('the plan has ended'));
    this.#waiting.clear();
  }

  /** Resolves once the state is whole at `step` or beyond. Rejects with LinkError when the plan ends. */
  async reached(step: number): Promise<void> {
    if (this.#step !== undefined && this.#step >= step) return;
    if (this.#ended) throw new LinkError('the plan has ended');
    await new Promise<void>((resolve, reject) => this.#waiting.add({ step, resolve, reject }));
  }
}
