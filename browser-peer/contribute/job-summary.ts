import { jobFileSchema } from '../../core/job/schema.js';
import type { RoomJob } from '../../core/protocol/document.js';
import { count } from './numbers.js';

/** A room's job, as far as a visitor wants to know it before anything is compiled or run. */
export interface JobSummary {
  readonly title: string;
  /** Size and length, in words. */
  readonly size: string;
}

/** Undefined where the file is of a form that this page does not know. */
export function summaryOf({ file }: RoomJob): JobSummary | undefined {
  const parsed = jobFileSchema.safeParse(file);
  if (!parsed.success) return undefined;
  const { title, name, grid, time } = parsed.data;
  const cells = grid.shape.map(count).join(' × ');
  return {
    title: title || name,
    size: `${cells} cells, ${count(time.steps)} ${time.steps === 1 ? 'step' : 'steps'}`,
  };
}
