import type { Triple } from '../../core/grid/box.js';
import { jobFileSchema } from '../../core/job/schema.js';
import { isSweep, memberOf, readSweep } from '../../core/job/sweep.js';
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

/** Undefined where the file is of a form that this page does not know. Of a sweep, its first member is described. */
export function summaryOf({ file }: RoomJob): JobSummary | undefined {
  if (isSweep(file)) return summaryOfSweep(file);
  return summaryOfJob(file);
}

function summaryOfSweep(file: Readonly<Record<string, unknown>>): JobSummary | undefined {
  try {
    const sweep = readSweep(file);
    const member = summaryOfJob(memberOf(sweep, file, 0).file);
    if (!member) return undefined;
    const title = typeof file.title === 'string' && file.title !== '' ? file.title : sweep.name;
    return { ...member, title, size: `${count(sweep.count)} simulations of ${member.size} each` };
  } catch {
    return undefined;
  }
}

function summaryOfJob(file: unknown): JobSummary | undefined {
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
