import { z } from 'zod';
import {
  AXES,
  AXIS_NAMES,
  type Axis,
  type Box,
  boxAt,
  intersect,
  isEmpty,
  type Triple,
} from '../grid/box.js';
import { MAX_VIEW_RATE, MAX_VIEW_STRIDE } from '../protocol/limits.js';

/** What a viewer wants to see: one plane of one state, as coarse and as often as it can use. */
export const viewSchema = z.strictObject({
  /** A state's name, for example `psi.L`. */
  state: z.string().max(200),
  /** Across which the plane lies. A 2-D grid is one plane, at `z` 0. */
  axis: z.enum(AXIS_NAMES),
  /** The plane's cell along that axis. */
  at: z.number().int().min(0),
  /** Every so many cells along both axes of the plane are seen, counted from the grid's first. */
  stride: z.number().int().min(1).max(MAX_VIEW_STRIDE),
  /** Frames a second, at most. */
  rate: z.number().min(0.1).max(MAX_VIEW_RATE),
});
export type View = z.infer<typeof viewSchema>;

/** A plane with its samples: what a view is, its rate left out. */
export type ViewedPlane = Pick<View, 'axis' | 'at' | 'stride'>;

/** Whether one set of slices serves both: they see the same samples, if not equally often. */
export function sameSight(a: View, b: View): boolean {
  return a.state === b.state && a.axis === b.axis && a.at === b.at && a.stride === b.stride;
}

/** Samples in rows and columns, half-open, counted over the whole plane. */
export interface Samples {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** A plane's two axes, the one of its rows first: `[y, x]`, `[z, x]` or `[z, y]`. */
export function axesAcross(axis: View['axis']): readonly [Axis, Axis] {
  const [rows, columns] = AXES.filter((other) => AXIS_NAMES[other] !== axis);
  return [rows as Axis, columns as Axis];
}

/** The cells of the plane in a grid of `shape` `[nz, ny, nx]`; none where it lies outside. */
export function planeBox({ axis, at }: ViewedPlane, shape: Triple): Box | undefined {
  return at < shape[AXIS_NAMES.indexOf(axis) as Axis] ? boxAt({ [axis]: at }, shape) : undefined;
}

/** The samples of a plane whose cells lie in `box`; no rows or no columns where there are none. */
export function samplesIn({ axis, stride }: ViewedPlane, { lo, hi }: Box): Samples {
  const [down, across] = axesAcross(axis);
  const first = (along: Axis) => Math.ceil(lo[along] / stride);
  const end = (along: Axis) => Math.ceil(hi[along] / stride);
  return {
    row: first(down),
    column: first(across),
    rows: Math.max(0, end(down) - first(down)),
    columns: Math.max(0, end(across) - first(across)),
  };
}

/** What a box of cells holds of a plane. */
export interface PlanePart {
  /** In grid coordinates, one cell thick. */
  readonly box: Box;
  readonly samples: Samples;
}

/** The part of a plane that lies in `within`; none where it holds no sample. */
export function partIn(plane: ViewedPlane, shape: Triple, within: Box): PlanePart | undefined {
  const whole = planeBox(plane, shape);
  const box = whole && intersect(whole, within);
  if (!box || isEmpty(box)) return undefined;
  const samples = samplesIn(plane, box);
  return samples.rows * samples.columns > 0 ? { box, samples } : undefined;
}

/** The samples among the cells of `box`, a part of the plane: `cells` is dense, the result `[rows, columns]`. */
export function sampled(
  cells: Float32Array,
  { box, samples }: PlanePart,
  { axis, stride }: ViewedPlane,
): Float32Array {
  if (stride === 1) return cells;
  const [down, across] = axesAcross(axis);
  const width = box.hi[across] - box.lo[across];
  const { row, column, rows, columns } = samples;
  const taken = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const start = ((row + r) * stride - box.lo[down]) * width + column * stride - box.lo[across];
    for (let c = 0; c < columns; c++) taken[r * columns + c] = cells[start + c * stride] as number;
  }
  return taken;
}
