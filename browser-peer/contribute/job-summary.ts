import type { Triple } from '../../core/grid/box.js';
import { jobFileSchema } from '../../core/job/schema.js';
import type { RoomJob } from '../../core/protocol/document.js';
import { count } from './numbers.js';

/** A room's job, as far as a visitor wants to know it before anything is compiled or run. */
export interface JobSummary {
  readonly title: string;
  /** Cells `[nz, ny, nx]`; `nz` is 1 in 2-D. */
  readonly shape: Triple;
  readonly dimensions: 2 | 3;
  /** Size `x × y × z` and length, in words. */
  readonly size: string;
}

/** Undefined where the file is of a form that this page does not know. */
export function summaryOf({ file }: RoomJob): JobSummary | undefined {
  const parsed = jobFileSchema.safeParse(file);
  if (!parsed.success) return undefined;
  const { title, name, grid, time } = parsed.data;
  const extents = grid.shape.toReversed();
  const [nx = 1, ny = 1, nz = 1] = extents;
  return {
    title: title || name,
    shape: [nz, ny, nx],
    dimensions: extents.length === 2 ? 2 : 3,
    size: `${extents.map(count).join(' × ')} cells, ${count(time.steps)} ${time.steps === 1 ? 'step' : 'steps'}`,
  };
}
