import { type Box, grow, intersect, isEmpty } from './box.js';
import { ghostLayers } from './halo.js';

/**
 * The boxes a shard updates in the `steps` steps between two exchanges of a halo `steps · radius` deep: one per
 * step, none of them empty. Step j of k, counted from 1, updates the shard and (k − j) · radius ghost cells around
 * it, which the later steps read; after step k the shard is right and no ghost cell is. The newest level is
 * exchanged k · radius deep; the level before it, read only at the cell itself, (k − 1) · radius deep.
 *
 * Empty where the shard lies wholly in the fixed edge: it never changes.
 *
 * `updatable` is the grid less its fixed edge, ±Infinity along periodic axes.
 */
export function updateBoxes(
  shard: Box,
  updatable: Box,
  steps: number,
  radius: number,
  dimensions: 2 | 3,
): Box[] {
  if (isEmpty(intersect(shard, updatable))) return [];
  return Array.from({ length: steps }, (_, done) =>
    intersect(grow(shard, ghostLayers((steps - done - 1) * radius, dimensions)), updatable),
  );
}
