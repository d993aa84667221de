import { AXIS_NAMES, type Axis, type Box } from '../grid/box.js';
import { pointOf } from '../job/formulas.js';
import type { Job } from '../job/job.js';
import type { Plan } from '../protocol/plan.js';
import { axesAcross, partIn, type ViewedPlane } from './view.js';

/** A place of a plane that means something, in cells from the grid's first corner; half-open as boxes are. */
export interface Mark {
  readonly kind: 'source' | 'probe' | 'centre';
  readonly name: string;
  readonly rows: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
  /** Whether it lies on the plane, and not before or behind it. */
  readonly isOnPlane: boolean;
}

/** Sources, probes, and the centres of the waves that a job starts from, as they lie on a plane. */
export function marksOf(job: Job, plane: ViewedPlane): Mark[] {
  const cell = (at: readonly number[]): Box => ({
    lo: [at[0] as number, at[1] as number, at[2] as number],
    hi: [(at[0] as number) + 1, (at[1] as number) + 1, (at[2] as number) + 1],
  });
  const mark = (kind: Mark['kind'], name: string, box: Box) => ({ kind, name, ...seen(box, plane) });
  const centres = Object.entries(job.file.initial).flatMap(([name, start]) =>
    'formula' in start && 'centre' in start
      ? [mark('centre', name, cell(pointOf(start.centre, job.grid)))]
      : [],
  );
  return [
    ...centres,
    ...job.sources.map(({ name, box }) => mark('source', name, box)),
    ...job.probes.map(({ name, cell: at }) => mark('probe', name, cell(at))),
  ];
}

/** The parts of a plane that a plan's shards hold, in cells: rows and columns. */
export function bordersOn(job: Job, plan: Plan, plane: ViewedPlane): Pick<Mark, 'rows' | 'columns'>[] {
  return plan.shards.flatMap(({ box }) => {
    const part = partIn({ ...plane, stride: 1 }, job.grid.shape, box);
    return part ? [seen(part.box, plane)] : [];
  });
}

function seen({ lo, hi }: Box, { axis, at }: ViewedPlane): Pick<Mark, 'rows' | 'columns' | 'isOnPlane'> {
  const [down, across] = axesAcross(axis);
  const along = AXIS_NAMES.indexOf(axis) as Axis;
  return {
    rows: [lo[down], hi[down]],
    columns: [lo[across], hi[across]],
    isOnPlane: lo[along] <= at && at < hi[along],
  };
}
