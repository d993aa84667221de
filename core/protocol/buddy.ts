/**
 * Index of the shard whose peer keeps a copy of shard `index`'s state, of `shards` in a plan: the next one. Plans list shards in the
 * order in which the grid was cut, so that it is near on most counts.
 */
export const buddyOf = (index: number, shards: number): number => (index + 1) % shards;
