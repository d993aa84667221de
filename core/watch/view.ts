import { z } from 'zod';
import {
  AXES,
  AXIS_NAMES,
  type Axis,
  type Box,
  boxAt,
  boxOfShape,
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

/** What a viewer wants to see of the whole field: every so many cells along all three axes. */
export const volumeViewSchema = viewSchema.omit({ at: true }).extend({ axis: z.literal('all') });
export type VolumeView = z.infer<typeof volumeViewSchema>;

export const sightSchema = z.discriminatedUnion('axis', [viewSchema, volumeViewSchema]);
/** A plane or the whole volume, and how often. */
export type Sight = z.infer<typeof sightSchema>;

/** A plane with its samples: what a view is, its rate left out. */
export type ViewedPlane = Pick<View, 'axis' | 'at' | 'stride'>;
export type ViewedVolume = Pick<VolumeView, 'axis' | 'stride'>;
export type Viewed = ViewedPlane | ViewedVolume;

export function sameSamples(a: Viewed, b: Viewed): boolean {
  if (a.axis === 'all' || b.axis === 'all') return a.axis === b.axis && a.stride === b.stride;
  return a.axis === b.axis && a.at === b.at && a.stride === b.stride;
}

/** Whether one set of slices serves both: they see the same samples, if not equally often. */
export const sameSight = (a: Sight, b: Sight): boolean => a.state === b.state && sameSamples(a, b);

/** Samples in rows and columns, half-open, counted over all that is seen. A plane is one layer, layer 0; a volume's layers lie along z. */
export interface Samples {
  readonly layer: number;
  readonly row: number;
  readonly column: number;
  readonly layers: number;
  readonly rows: number;
  readonly columns: number;
}

export const sampleCount = ({
  layers,
  rows,
  columns,
}: Pick<Samples, 'layers' | 'rows' | 'columns'>): number => layers * rows * columns;

/** A plane's two axes, the one of its rows first: `[y, x]`, `[z, x]` or `[z, y]`. */
export function axesAcross(axis: View['axis']): readonly [Axis, Axis] {
  const [rows, columns] = AXES.filter((other) => AXIS_NAMES[other] !== axis);
  return [rows as Axis, columns as Axis];
}

/** The cells of what is seen in a grid of `shape` `[nz, ny, nx]`; none where it lies outside. */
export function viewedBox(viewed: Viewed, shape: Triple): Box | undefined {
  if (viewed.axis === 'all') return boxOfShape(shape);
  const { axis, at } = viewed;
  return at < shape[AXIS_NAMES.indexOf(axis) as Axis] ? boxAt({ [axis]: at }, shape) : undefined;
}

/** The samples whose cells lie in `box`; no layers, rows or columns where there are none. */
export function samplesIn({ axis, stride }: Viewed, { lo, hi }: Box): Samples {
  const first = (along: Axis) => Math.ceil(lo[along] / stride);
  const count = (along: Axis) => Math.max(0, Math.ceil(hi[along] / stride) - first(along));
  const [down, across] = axis === 'all' ? ([1, 2] as const) : axesAcross(axis);
  const [layer, layers] = axis === 'all' ? [first(0), count(0)] : [0, 1];
  return {
    layer,
    row: first(down),
    column: first(across),
    layers,
    rows: count(down),
    columns: count(across),
  };
}

/** What a box of cells holds of what is seen. */
export interface ViewedPart {
  /** In grid coordinates; of a plane, one cell thick. */
  readonly box: Box;
  readonly samples: Samples;
}

/** The part of a plane or a volume that lies in `within`; none where it holds no sample. */
export function partIn(viewed: Viewed, shape: Triple, within: Box): ViewedPart | undefined {
  const whole = viewedBox(viewed, shape);
  const box = whole && intersect(whole, within);
  if (!box || isEmpty(box)) return undefined;
  const samples = samplesIn(viewed, box);
  return sampleCount(samples) > 0 ? { box, samples } : undefined;
}
