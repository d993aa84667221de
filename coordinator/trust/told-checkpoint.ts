import type { Triple } from '../../core/grid/box.js';
import type { CheckpointName } from '../../core/protocol/seal.js';

/** A brick of a shard as its peer says that a checkpoint holds it. */
export interface ToldBrick {
  readonly brick: Triple;
  /** The checkpoint under whose name it lies; null where it is all zeros. */
  readonly place: CheckpointName | null;
  /** What the object there is known to hold, by the digest that was sealed with it. */
  readonly held: Uint8Array | undefined;
}

/** What one shard's peer says that it has stored of a checkpoint: all of its bricks. */
export interface ToldCheckpoint {
  readonly step: number;
  readonly bricks: readonly ToldBrick[];
}

/** By a brick's index in the grid, the digest that was signed for it. */
export type SignedFor = ReadonlyMap<number, Uint8Array>;
