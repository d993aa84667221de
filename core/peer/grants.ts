import { LinkError } from '../errors.js';
import type { CheckpointOrder } from '../protocol/messages.js';

/** How far a shard may advance, and where it stores a checkpoint: what the coordinator has granted so far. */
export class Grants {
  #until: number;
  #checkpoint: CheckpointOrder | undefined;
  /** Steps at which spans end. */
  readonly #signed = new Set<number>();
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(from: number) {
    this.#until = from;
  }

  get until(): number {
    return this.#until;
  }

  /** The checkpoint that is to be stored at `step`, if one is. */
  checkpointAt(step: number): CheckpointOrder | undefined {
    return this.#checkpoint?.step === step ? this.#checkpoint : undefined;
  }

  /** Whether a span ends at `step`. */
  signsAt(step: number): boolean {
    return this.#signed.has(step) || this.checkpointAt(step) !== undefined;
  }

  extend(until: number, checkpoint: CheckpointOrder | undefined, sign = false): void {
    this.#until = Math.max(this.#until, until);
    this.#checkpoint = checkpoint;
    if (sign) this.#signed.add(until);
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
