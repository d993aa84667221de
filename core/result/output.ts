import { AXES, AXIS_NAMES, type Axis, shapeOf, type Triple } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Output } from '../job/job.js';

/** The axes an output's arrays have beside time: an axis only one cell thick (a plane's, z in 2-D) is left out. */
export function axesOf({ box }: Output): readonly Axis[] {
  const shape = shapeOf(box);
  return AXES.filter((axis) => shape[axis] > 1);
}

/** The arrays of an output, all of one shape: `[snapshots, ...cells]`, a chunk one snapshot of one brick. */
export interface OutputShape {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly dimensions: readonly string[];
}

export function outputShape(grid: Grid, output: Output): OutputShape {
  const axes = axesOf(output);
  const cells = shapeOf(output.box);
  const chunk = chunkCells(grid, output);
  return {
    shape: [output.steps.length, ...axes.map((axis) => cells[axis])],
    chunk: [1, ...axes.map((axis) => chunk[axis])],
    dimensions: ['time', ...axes.map((axis) => AXIS_NAMES[axis])],
  };
}

/** Cells of a whole chunk, `[cz, cy, cx]`: a brick's, or along an axis that is shorter, all of it. */
export function chunkCells({ brick }: Grid, { box }: Output): Triple {
  const [nz, ny, nx] = shapeOf(box);
  return [Math.min(brick[0], nz), Math.min(brick[1], ny), Math.min(brick[2], nx)];
}
