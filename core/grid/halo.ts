import type { Box } from './box.js';

/** What one shard sends another: the cells of `source`, which the receiver holds as `target`. */
export interface HaloRegion {
  /** Index of the sending shard. */
  readonly from: number;
  /** Index of the receiving shard. They may be the same: a periodic axis that is not cut. */
  readonly to: number;
  /** In the sender's coordinates: inside its shard. */
  readonly source: Box;
  /** In the receiver's coordinates, outside its shard: `source` shifted by whole periods of the grid. */
  readonly target: Box;
}
