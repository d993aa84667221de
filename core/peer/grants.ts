import { LinkError } from '../errors.js';

/** How far a shard may advance, and where it stores checkpoints: what the coordinator has granted so far. */
export class Grants {
  #until: number;
  #checkpoints: ReadonlySet<number> = new Set();
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(from: number) {
    this.#until = from;
  }

  get until(): number {
    return this.#until;
  }

  isCheckpoint(step: number): boolean {
    return this.#checkpoints.has(step);
  }

  extend(until: number, checkpoints: readonly number[]): void {
    this.#until = Math.max(this.#until, until);
    this.#checkpoints = new Set(checkpoints);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Resolves once steps beyond `step` are granted. Rejects with LinkError when the plan ends. */
  async beyond(step: number): Promise<void> {
    while (this.#until <= step) {
      if (this.#ended) throw new LinkError('the plan has ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
