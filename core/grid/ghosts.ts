import { AXES, type Box } from './box.js';
import type { Grid } from './grid.js';

/** For each axis, whether its near and its far face are mirrors (Neumann). Never a periodic axis, nor z in 2-D. */
export type Mirrors = readonly [z: MirrorPair, y: MirrorPair, x: MirrorPair];
type MirrorPair = readonly [near: boolean, far: boolean];

/** `held`, the cells of the grid that a shard holds, and `radius` ghost layers beyond each mirror that it touches. */
export function withGhosts({ shape }: Grid, mirrors: Mirrors, held: Box, radius: number): Box {
  const near = (axis: 0 | 1 | 2) => (mirrors[axis][0] && held.lo[axis] === 0 ? radius : 0);
  const far = (axis: 0 | 1 | 2) => (mirrors[axis][1] && held.hi[axis] === shape[axis] ? radius : 0);
  const [lo, hi] = [AXES.map(near), AXES.map(far)] as [number[], number[]];
  return {
    lo: [held.lo[0] - (lo[0] ?? 0), held.lo[1] - (lo[1] ?? 0), held.lo[2] - (lo[2] ?? 0)],
    hi: [held.hi[0] + (hi[0] ?? 0), held.hi[1] + (hi[1] ?? 0), held.hi[2] + (hi[2] ?? 0)],
  };
}
