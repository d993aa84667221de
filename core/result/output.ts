import { AXES, shapeOf } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Output } from '../job/job.js';

/** 0, 1, 2: z, y, x. */
export type Axis = (typeof AXES)[number];
export const AXIS_NAMES = ['z', 'y', 'x'] as const;

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

/** The chunks of an axis that is no longer than a brick are as long as the axis. */
export function outputShape(grid: Grid, output: Output): OutputShape {
  const axes = axesOf(output);
  const cells = shapeOf(output.box);
  return {
    shape: [output.steps.length, ...axes.map((axis) => cells[axis])],
    chunk: [1, ...axes.map((axis) => Math.min(grid.brick[axis], cells[axis]))],
    dimensions: ['time', ...axes.map((axis) => AXIS_NAMES[axis])],
  };
}
