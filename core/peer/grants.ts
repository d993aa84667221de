import { LinkError } from '../errors.js';
import type { CheckpointOrder, CopyOrder } from '../protocol/messages.js';

/** What a grant asks for on the way. */
export interface GrantOrders {
  readonly checkpoint?: CheckpointOrder | undefined;
  readonly copy?: CopyOrder | undefined;
  /** Whether a span ends where the grant ends. */
  readonly sign?: boolean | undefined;
}

/** How far a shard may advance, where it stores a checkpoint, and where it keeps a copy: what the coordinator has granted so far. */
export class Grants {
  #until: number;
  #checkpoint: CheckpointOrder | undefined;
  /** Steps at which spans end. */
  readonly #signed = new Set<number>();
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

  /** Whether a span ends at `step`. */
  signsAt(step: number): boolean {
    const isKept = this.checkpointAt(step) !== undefined || this.copyAt(step) !== undefined;
    return isKept || this.#signed.has(step);
  }

  extend(until: number, { checkpoint, copy, sign }: GrantOrders = {}): void {
    this.#until = Math.max(this.#until, until);
    this.#checkpoint = checkpoint;
    this.#copy = copy;
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
