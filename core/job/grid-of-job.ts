import { AXES, AXIS_NAMES, type Axis, type Box, boxAt, type Triple } from '../grid/box.js';
import { brickCounts, defaultBrick } from '../grid/bricks.js';
import type { Grid } from '../grid/grid.js';
import { MAX_UPLOAD_BYTES } from '../protocol/limits.js';
import { type FaceKind, type Faces, isPeriodic } from './boundary.js';
import type { FaultList } from './faults.js';
import { crowdedAxis } from './layers.js';
import { BYTES_OF_CELL } from './memory.js';
import type { JobFile } from './schema.js';

/** Counts of cells and bytes have to be exact numbers. */
const MAX_STATE_BYTES = Number.MAX_SAFE_INTEGER;

/** Plans and checkpoints list their bricks one by one: of 32³ cells, so many make a grid of 3251³. */
const MAX_BRICKS = 2 ** 20;

/**
 * The job's grid, cut into bricks. `radius` is the model's stencil radius, `stateArrays` the number of arrays
 * that make up a cell's state. Where something is wrong the faults say so, and the grid is still good enough
 * to check the rest of the job against.
 */
export function gridOf(
  file: JobFile,
  faces: Faces,
  radius: number,
  stateArrays: number,
  faults: FaultList,
): Grid {
  const dimensions = file.grid.shape.length === 2 ? 2 : 3;
  const [nx = 1, ny = 1, nz = 1] = file.grid.shape.toReversed();
  const shape: Triple = [nz, ny, nx];
  const periodic = [isPeriodic(faces[0]), isPeriodic(faces[1]), isPeriodic(faces[2])] as const;
  checkAxes(shape, dimensions, periodic, radius, faults);
  const crowded = crowdedAxis(faces, shape, radius);
  if (crowded !== undefined) {
    const { axis, fewest } = crowded;
    const problem = `${shape[axis]} cells along ${AXIS_NAMES[axis]} leave none between the layers that waves leave by`;
    faults.add(writtenAxis(axis, dimensions), problem, `Give at least ${fewest}`);
  }
  const bytesOfCell = stateArrays * BYTES_OF_CELL;
  const brick = brickOf(file, shape, dimensions, bytesOfCell, faults);
  const grid: Grid = { shape, dimensions, periodic, brick };
  if (nz * ny * nx * bytesOfCell > MAX_STATE_BYTES) {
    faults.add('grid.shape', 'has more cells than can be counted', 'Make it smaller');
  } else {
    checkBrickCount(grid, faults);
  }
  return grid;
}

function checkBrickCount(grid: Grid, faults: FaultList): void {
  const [nz, ny, nx] = brickCounts(grid);
  const bricks = nz * ny * nx;
  if (bricks <= MAX_BRICKS) return;
  const problem = `is cut into ${bricks} bricks, more than the ${MAX_BRICKS} that a run can keep track of`;
  faults.add('grid.shape', problem, 'Give fewer cells, or a larger grid.brick');
}

/** The index of an axis in `grid.shape` as people write it, which has no z in 2-D. */
function writtenAxis(axis: 0 | 1 | 2, dimensions: 2 | 3): string {
  return `grid.shape[${axis - (3 - dimensions)}]`;
}

function checkAxes(
  shape: Triple,
  dimensions: 2 | 3,
  periodic: Grid['periodic'],
  radius: number,
  faults: FaultList,
): void {
  const fewest = 2 * radius + 1;
  for (const axis of AXES) {
    if ((dimensions === 2 && axis === 0) || shape[axis] >= fewest) continue;
    const problem = periodic[axis]
      ? `${shape[axis]} cells along the periodic axis ${AXIS_NAMES[axis]} are fewer than the stencil has`
      : `${shape[axis]} cells along ${AXIS_NAMES[axis]} leave none between the fixed edges`;
    faults.add(writtenAxis(axis, dimensions), problem, `Give at least ${fewest}`);
  }
}

function brickOf(
  file: JobFile,
  shape: Triple,
  dimensions: 2 | 3,
  bytesOfCell: number,
  faults: FaultList,
): Triple {
  const edge = file.grid.brick;
  if (edge === undefined) return defaultBrick(shape, dimensions);
  const brick: Triple = [
    dimensions === 2 ? 1 : Math.min(edge, shape[0]),
    Math.min(edge, shape[1]),
    Math.min(edge, shape[2]),
  ];
  if (brick[0] * brick[1] * brick[2] * bytesOfCell > LARGEST_BRICK_BYTES) {
    const fit = Math.floor((LARGEST_BRICK_BYTES / bytesOfCell) ** (1 / dimensions));
    faults.add(
      'grid.brick',
      `the state of one brick of ${edge} is too large for one object`,
      `Use at most ${fit}`,
    );
  }
  return brick;
}

/** What does not compress grows a little by compressing. */
const LARGEST_BRICK_BYTES = MAX_UPLOAD_BYTES * 0.99;

/** Cells that an update may touch: the grid less `radius` cells at each fixed edge, which a Neumann face is not; ±Infinity along periodic axes. */
export function updatableOf({ shape, dimensions, periodic }: Grid, faces: Faces, radius: number): Box {
  const fixed = (kind: FaceKind) => (kind === 'neumann' ? 0 : radius);
  const lo = (axis: Axis) => (periodic[axis] ? Number.NEGATIVE_INFINITY : fixed(faces[axis][0]));
  const hi = (axis: Axis) =>
    periodic[axis] ? Number.POSITIVE_INFINITY : shape[axis] - fixed(faces[axis][1]);
  return dimensions === 2
    ? { lo: [0, lo(1), lo(2)], hi: [1, hi(1), hi(2)] }
    : { lo: [lo(0), lo(1), lo(2)], hi: [hi(0), hi(1), hi(2)] };
}

/** A cell as people write it. */
interface WrittenCell {
  readonly z?: number | undefined;
  readonly y: number;
  readonly x: number;
}

/** The same with axes left out, along which it runs across the grid. */
type WrittenCells = { readonly [Name in keyof WrittenCell]?: WrittenCell[Name] | undefined };

/** Checks that a cell or point has as many coordinates as the grid; z is 0 in 2-D. */
export function placeIn(grid: Grid, at: WrittenCell, field: string, faults: FaultList): Triple {
  if (grid.dimensions === 2 && at.z !== undefined) {
    faults.add(`${field}.z`, 'is given, and the grid is 2-D', 'Leave it out');
  }
  if (grid.dimensions === 3 && at.z === undefined) faults.add(`${field}.z`, 'is missing', 'Give a number');
  return [grid.dimensions === 2 ? 0 : (at.z ?? 0), at.y, at.x];
}

/** The same, and that the cell lies in the grid. */
export function cellIn(grid: Grid, at: WrittenCell, field: string, faults: FaultList): Triple {
  const cell = placeIn(grid, at, field, faults);
  for (const axis of AXES) {
    const last = grid.shape[axis] - 1;
    if (cell[axis] > last && (grid.dimensions === 3 || axis !== 0)) {
      faults.add(`${field}.${AXIS_NAMES[axis]}`, `${cell[axis]} is outside the grid`, `Use 0 to ${last}`);
    }
  }
  return cell;
}

/** A cell, or a line or a plane across the grid: at the places that are named. Checks that they lie in the grid. */
export function cellsIn(
  grid: Grid,
  at: WrittenCells,
  field: string,
  faults: FaultList,
  flat = 'Leave it out',
): Box {
  for (const axis of AXES) {
    const place = at[AXIS_NAMES[axis]];
    const last = grid.shape[axis] - 1;
    if (place === undefined) continue;
    if (axis === 0 && grid.dimensions === 2) {
      faults.add(`${field}.z`, 'is given, and the grid is 2-D', flat);
    } else if (place > last) {
      faults.add(`${field}.${AXIS_NAMES[axis]}`, `${place} is outside the grid`, `Use 0 to ${last}`);
    }
  }
  return boxAt(at, grid.shape);
}
