/** Three numbers in the order of the arrays: z, y, x. A 2-D grid has one cell along z. */
export type Triple = readonly [z: number, y: number, x: number];

/**
 * A half-open box of cells: `lo` is in it, `hi` is not. Coordinates are cells of the grid, in the
 * order z, y, x, and may lie outside the grid where a periodic axis has been unwrapped.
 */
export interface Box {
  readonly lo: Triple;
  readonly hi: Triple;
}

export const AXES = [0, 1, 2] as const;
export type Axis = (typeof AXES)[number];
export const AXIS_NAMES = ['z', 'y', 'x'] as const;

/** The box of a whole grid of `shape` `[nz, ny, nx]`. */
export function boxOfShape(shape: Triple): Box {
  return { lo: [0, 0, 0], hi: shape };
}

/** The cells of a grid at the places that `at` names: a cell, or along axes that it leaves out, a line or a plane across. */
export function boxAt(
  at: Readonly<Partial<Record<'z' | 'y' | 'x', number | undefined>>>,
  shape: Triple,
): Box {
  const lo = (axis: Axis) => at[AXIS_NAMES[axis]] ?? 0;
  const hi = (axis: Axis) => (at[AXIS_NAMES[axis]] ?? shape[axis] - 1) + 1;
  return { lo: [lo(0), lo(1), lo(2)], hi: [hi(0), hi(1), hi(2)] };
}

/** `[nz, ny, nx]`, each 0 or more. */
export function shapeOf({ lo, hi }: Box): Triple {
  return [Math.max(0, hi[0] - lo[0]), Math.max(0, hi[1] - lo[1]), Math.max(0, hi[2] - lo[2])];
}

export function cellCount(box: Box): number {
  const [nz, ny, nx] = shapeOf(box);
  return nz * ny * nx;
}

export function isEmpty(box: Box): boolean {
  return cellCount(box) === 0;
}

export function intersect(a: Box, b: Box): Box {
  return {
    lo: [Math.max(a.lo[0], b.lo[0]), Math.max(a.lo[1], b.lo[1]), Math.max(a.lo[2], b.lo[2])],
    hi: [Math.min(a.hi[0], b.hi[0]), Math.min(a.hi[1], b.hi[1]), Math.min(a.hi[2], b.hi[2])],
  };
}

/** The box with `layers` more cells on both sides of each axis. */
export function grow({ lo, hi }: Box, layers: Triple): Box {
  return {
    lo: [lo[0] - layers[0], lo[1] - layers[1], lo[2] - layers[2]],
    hi: [hi[0] + layers[0], hi[1] + layers[1], hi[2] + layers[2]],
  };
}

export function shift({ lo, hi }: Box, by: Triple): Box {
  return {
    lo: [lo[0] + by[0], lo[1] + by[1], lo[2] + by[2]],
    hi: [hi[0] + by[0], hi[1] + by[1], hi[2] + by[2]],
  };
}

export function contains(outer: Box, inner: Box): boolean {
  return AXES.every((axis) => outer.lo[axis] <= inner.lo[axis] && inner.hi[axis] <= outer.hi[axis]);
}

export function hasCell({ lo, hi }: Box, cell: Triple): boolean {
  return AXES.every((axis) => lo[axis] <= cell[axis] && cell[axis] < hi[axis]);
}

/** A value for each cell of the box, dense, in C order `[z, y, x]`, rounded to f32. */
export function eachCellOf(box: Box, value: (cell: Triple) => number): Float32Array {
  const cells = new Float32Array(cellCount(box));
  let next = 0;
  for (let z = box.lo[0]; z < box.hi[0]; z += 1) {
    for (let y = box.lo[1]; y < box.hi[1]; y += 1) {
      for (let x = box.lo[2]; x < box.hi[2]; x += 1) {
        cells[next] = value([z, y, x]);
        next += 1;
      }
    }
  }
  return cells;
}

export function sameBox(a: Box, b: Box): boolean {
  return AXES.every((axis) => a.lo[axis] === b.lo[axis] && a.hi[axis] === b.hi[axis]);
}
