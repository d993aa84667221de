import { type Box, intersect, isEmpty, shapeOf, type Triple } from './box.js';
import type { Grid } from './grid.js';

/** Larger bricks make fewer chunks in the store, but cut less finely and are dearer to check alone: 128 KiB of f32. */
const LARGEST_EDGE = 32;
/** Below this a shard is mostly halo. */
const SMALLEST_EDGE = 4;
/** So many that eight shards of unequal speed can still be told apart. */
const BRICKS_WANTED = 64;

/**
 * The brick `[bz, by, bx]` of a grid of `shape` `[nz, ny, nx]` whose job names none: the largest power of two
 * from 4 to 32 that cuts the grid into 64 bricks or more, else 4. Never longer than the grid, and one cell along z in 2-D.
 */
export function defaultBrick(shape: Triple, dimensions: 2 | 3): Triple {
  let edge = LARGEST_EDGE;
  while (edge > SMALLEST_EDGE && bricksAtEdge(shape, edge) < BRICKS_WANTED) edge /= 2;
  return [
    dimensions === 2 ? 1 : Math.min(edge, shape[0]),
    Math.min(edge, shape[1]),
    Math.min(edge, shape[2]),
  ];
}

function bricksAtEdge(shape: Triple, edge: number): number {
  return shape.reduce((count, cells) => count * Math.ceil(cells / edge), 1);
}

/** Bricks along each axis, `[z, y, x]`, each 1 or more. */
export function brickCounts({ shape, brick }: Grid): Triple {
  return [Math.ceil(shape[0] / brick[0]), Math.ceil(shape[1] / brick[1]), Math.ceil(shape[2] / brick[2])];
}

/** The cells of a box of bricks. `bricks` counts bricks, `[z, y, x]`, and lies in the grid. */
export function cellsOfBricks({ shape, brick }: Grid, bricks: Box): Box {
  return {
    lo: [bricks.lo[0] * brick[0], bricks.lo[1] * brick[1], bricks.lo[2] * brick[2]],
    hi: [
      Math.min(bricks.hi[0] * brick[0], shape[0]),
      Math.min(bricks.hi[1] * brick[1], shape[1]),
      Math.min(bricks.hi[2] * brick[2], shape[2]),
    ],
  };
}

/** The cells of one brick, given by its place `[z, y, x]` among the bricks. */
export function brickBox(grid: Grid, place: Triple): Box {
  return cellsOfBricks(grid, { lo: place, hi: [place[0] + 1, place[1] + 1, place[2] + 1] });
}

/**
 * Places `[z, y, x]` of the bricks that share a cell with `box`, in C order. Cells of `box` outside the grid
 * count for nothing. Of a shard's box, which is a union of whole bricks, these are its bricks.
 */
export function bricksOf(grid: Grid, box: Box): Triple[] {
  const inside = intersect(box, { lo: [0, 0, 0], hi: grid.shape });
  if (isEmpty(inside)) return [];
  const { lo, hi } = placesOf(grid, inside);
  const [nz, ny, nx] = shapeOf({ lo, hi });
  return Array.from(
    { length: nz * ny * nx },
    (_, i): Triple => [
      lo[0] + Math.floor(i / (ny * nx)),
      lo[1] + (Math.floor(i / nx) % ny),
      lo[2] + (i % nx),
    ],
  );
}

/** The brick's index among all bricks of the grid, in C order. */
export function brickIndex(grid: Grid, [z, y, x]: Triple): number {
  const [, ny, nx] = brickCounts(grid);
  return (z * ny + y) * nx + x;
}

function placesOf({ brick }: Grid, { lo, hi }: Box): Box {
  return {
    lo: [Math.floor(lo[0] / brick[0]), Math.floor(lo[1] / brick[1]), Math.floor(lo[2] / brick[2])],
    hi: [Math.ceil(hi[0] / brick[0]), Math.ceil(hi[1] / brick[1]), Math.ceil(hi[2] / brick[2])],
  };
}
