import { AXES, type Box, boxOfShape, grow, intersect, isEmpty, shift, type Triple } from './box.js';
import type { Grid } from './grid.js';

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

/**
 * All cells a shard holds: its own and ghost cells `layers` deep on each side, none along z in 2-D. Clipped
 * to the grid, except along periodic axes, where the frame runs on in unwrapped coordinates.
 */
export function frameOf(grid: Grid, shard: Box, layers: number): Box {
  const grown = grow(shard, ghostLayers(layers, grid.dimensions));
  const clip = boxOfShape(grid.shape);
  const held = (end: 'lo' | 'hi', axis: 0 | 1 | 2): number => {
    if (grid.periodic[axis]) return grown[end][axis];
    return Math.min(Math.max(grown[end][axis], clip.lo[axis]), clip.hi[axis]);
  };
  return {
    lo: [held('lo', 0), held('lo', 1), held('lo', 2)],
    hi: [held('hi', 0), held('hi', 1), held('hi', 2)],
  };
}

/** `layers` cells along each axis of the grid's dimensions, `[z, y, x]`: none along z in 2-D. */
export function ghostLayers(layers: number, dimensions: 2 | 3): Triple {
  return [dimensions === 2 ? 0 : layers, layers, layers];
}

/**
 * What every shard sends every other, so that each holds ghost cells `layers` deep: the part of the sender's
 * shard, in one of its periodic images, that lies in the receiver's frame. The targets of one receiver, with
 * its shard, tile its frame: nothing is missing and nothing is sent twice. Where a periodic grid is
 * shorter than a frame, a pair of shards has several regions, and a shard can be its own neighbour.
 *
 * P sends Q something if and only if Q sends P something, in as many regions, though not as many cells.
 *
 * `shards` tile the grid. Regions are ordered by receiver, then sender, then image (z, y, x): whoever
 * derives them from the same plan gets them in the same order.
 */
export function haloRegions(grid: Grid, shards: readonly Box[], layers: number): HaloRegion[] {
  return shards.flatMap((receiver, to) => {
    const frame = frameOf(grid, receiver, layers);
    const images = periodicImages(grid, frame);
    return shards.flatMap((sender, from) =>
      images
        .filter((by) => from !== to || by.some((cells) => cells !== 0))
        .map((by): HaloRegion => {
          const target = intersect(shift(sender, by), frame);
          return { from, to, source: shift(target, [-by[0], -by[1], -by[2]]), target };
        })
        .filter(({ target }) => !isEmpty(target)),
    );
  });
}

/** The periodic images of the grid that reach into `frame`: how far each lies from the grid, in cells along z, y, x. */
export function periodicImages({ shape }: Grid, frame: Box): Triple[] {
  const [zs = [], ys = [], xs = []] = AXES.map((axis) => {
    const first = Math.floor(frame.lo[axis] / shape[axis]);
    const last = Math.ceil(frame.hi[axis] / shape[axis]) - 1;
    return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * shape[axis]);
  });
  return zs.flatMap((z) => ys.flatMap((y) => xs.map((x): Triple => [z, y, x])));
}
