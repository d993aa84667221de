import { type Box, grow, intersect, isEmpty, shift, type Triple } from '../../grid/box.js';
import { bricksOf } from '../../grid/bricks.js';
import type { Grid } from '../../grid/grid.js';
import { ghostLayers, periodicImages } from '../../grid/halo.js';

/**
 * The bricks that wrong cells may have reached so many steps later, in C order: all that has to be rolled back. What lies beyond their light cone is as right
 * as it was. `radius` is the model's.
 */
export function bricksReached(grid: Grid, wrong: Box, steps: number, radius: number): Triple[] {
  const cone = grow(wrong, ghostLayers(steps * radius, grid.dimensions));
  const whole: Box = { lo: [0, 0, 0], hi: grid.shape };
  const found = new Map<string, Triple>();
  for (const by of imagesOf(grid, cone)) {
    const part = intersect(shift(cone, [-by[0], -by[1], -by[2]]), whole);
    if (isEmpty(part)) continue;
    for (const brick of bricksOf(grid, part)) found.set(String(brick), brick);
  }
  return [...found.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
}

function imagesOf(grid: Grid, cone: Box): Triple[] {
  return periodicImages(grid, cone).filter((by) =>
    by.every((cells, axis) => cells === 0 || grid.periodic[axis]),
  );
}
