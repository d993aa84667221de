import { type Box, intersect, isEmpty } from './box.js';

/** State that changes hands with a plan: the cells of `box`, held by one shard before and another after. */
export interface Transfer {
  /** Index of the old shard. */
  readonly from: number;
  /** Index of the new shard. */
  readonly to: number;
  readonly box: Box;
}

/**
 * Which old shard gives which cells to which new shard. `before` and `after` both tile the grid, so the
 * boxes of one new shard tile it. Pairs that one peer holds on both sides are listed too: it copies to itself.
 * Ordered by new shard, then old.
 */
export function transfers(before: readonly Box[], after: readonly Box[]): Transfer[] {
  return after.flatMap((receiver, to) =>
    before
      .map((sender, from) => ({ from, to, box: intersect(sender, receiver) }))
      .filter(({ box }) => !isEmpty(box)),
  );
}
