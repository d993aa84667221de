import type { Triple } from '../grid/box.js';
import type { CheckpointName } from '../protocol/seal.js';
import { fingerprint, isAllZero } from '../result/fingerprint.js';

/** What a brick is to a checkpoint. */
export type BrickNews =
  /** Other cells than in the checkpoint before, or nobody here knows. */
  | 'new'
  /** Bit for bit as in the checkpoint before. */
  | 'same'
  /** Every cell is 0. */
  | 'zero';

/** A checkpoint as one peer knows it: what its own bricks hold there. */
export class KnownCheckpoint {
  readonly name: CheckpointName;
  readonly #bricks = new Map<string, string>();

  constructor(name: CheckpointName) {
    this.name = name;
  }

  /** Keeps the fingerprint of a brick that is in the checkpoint. */
  note(brick: Triple, cells: Float32Array): void {
    this.#bricks.set(brick.join('/'), fingerprint(cells));
  }

  /** Keeps the brick as part of this checkpoint, and says what it is beside the one `before`. */
  compare(brick: Triple, cells: Float32Array, before: KnownCheckpoint | undefined): BrickNews {
    if (isAllZero(cells)) return 'zero';
    this.note(brick, cells);
    const key = brick.join('/');
    return before !== undefined && before.#bricks.get(key) === this.#bricks.get(key) ? 'same' : 'new';
  }
}

/** The newest checkpoint that a peer has stored its bricks of, or started from. Void where a run goes back. */
export class BrickMemory {
  #newest: KnownCheckpoint | undefined;

  /** What is known of the checkpoint of that name. */
  of(name: CheckpointName | undefined): KnownCheckpoint | undefined {
    return this.#newest?.name === name ? this.#newest : undefined;
  }

  keep(checkpoint: KnownCheckpoint): void {
    this.#newest = checkpoint;
  }
}
