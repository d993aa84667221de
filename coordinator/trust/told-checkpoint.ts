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

/** What was signed for a brick, and by which key's name. */
export interface BrickSigner {
  readonly digest: Uint8Array;
  readonly key: string;
}

/** By a brick's index in the grid. */
export type SignedFor = ReadonlyMap<number, BrickSigner>;
