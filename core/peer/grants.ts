import { LinkError } from '../errors.js';
import type { CheckpointOrder, CopyOrder } from '../protocol/messages.js';

/** How far a shard may advance, where it stores a checkpoint, and where it keeps a copy: what the coordinator has granted so far. */
export class Grants {
  #until: number;
  #checkpoint: CheckpointOrder | undefined;
  #copy: CopyOrder | undefined;
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

  /** The copy that is to be kept as of `step`, if one is. */
  copyAt(step: number): CopyOrder | undefined {
    return this.#copy?.step === step ? this.#copy : undefined;
  }

  extend(until: number, checkpoint: CheckpointOrder | undefined, copy?: CopyOrder): void {
    this.#until = Math.max(this.#until, until);
    this.#checkpoint = checkpoint;
    this.#copy = copy;
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
