import type { Triple } from './box.js';

/** What the partition and the halo plan need to know of a job's grid. */
export interface Grid {
  /** Cells `[nz, ny, nx]`; `nz` is 1 where `dimensions` is 2. */
  readonly shape: Triple;
  readonly dimensions: 2 | 3;
  /** Cells along each edge of a brick, `[bz, by, bx]`; the last brick of an axis may be smaller. */
  readonly brick: Triple;
  /** Per axis: whether its two ends are neighbours. Never along z in 2-D. */
  readonly periodic: readonly [z: boolean, y: boolean, x: boolean];
}
