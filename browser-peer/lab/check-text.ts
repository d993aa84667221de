import { JobError, type JobFault, ModelError } from '../../core/errors.js';
import { checkJob } from '../../core/job/check.js';
import { lineOfField } from '../../core/job/fault-lines.js';
import type { Job } from '../../core/job/job.js';
import { parseJobText } from '../../core/job/read.js';
import { isSweep } from '../../core/job/sweep.js';
import { checkWholeSweep, isWholeSweep, type JobOrSweep } from '../../core/job/whole-sweep.js';
import { count } from '../contribute/numbers.js';

/** A fault, and where in the text it stands; the line counts from 1. */
export interface PlacedFault extends JobFault {
  readonly line: number | undefined;
}

/** What the text of a job file is. */
export type Checked =
  | { readonly kind: 'empty' }
  | { readonly kind: 'faulty'; readonly faults: readonly PlacedFault[] }
  /** `file` is what is handed in; `words` say what it is. */
  | { readonly kind: 'good'; readonly file: unknown; readonly words: string };

/** Checks the file of a job, or of a sweep with all its members, as the coordinator will, so that nothing is sent to be refused. */
export async function checkText(text: string): Promise<Checked> {
  if (text.trim() === '') return { kind: 'empty' };
  try {
    const file = parseJobText(text, 'the file');
    const work = isSweep(file) ? await checkWholeSweep(file) : checkJob(file);
    const arrays = arraysIn(isWholeSweep(work) ? work.first : work);
    if (arrays.length > 0)
      return { kind: 'faulty', faults: arrays.map((field) => placed(text, needsArray(field))) };
    return { kind: 'good', file: work.file, words: wordsFor(work) };
  } catch (error) {
    return { kind: 'faulty', faults: faultsOf(error).map((fault) => placed(text, fault)) };
  }
}

/** Faults found elsewhere, placed in the text that they are about. */
export const placedIn = (text: string, faults: readonly JobFault[]): readonly PlacedFault[] =>
  faults.map((fault) => placed(text, fault));

function placed(text: string, fault: JobFault): PlacedFault {
  const told = /, line (\d+), column \d+$/.exec(fault.field)?.[1];
  return { ...fault, line: told === undefined ? lineOfField(text, fieldOf(fault)) : Number(told) };
}

/** A fault in a member of a sweep names the member first: `sweep, speed = 2: time.dt`, or `sweep.speed, value 2: time.dt`. */
function fieldOf({ field }: JobFault): string {
  return /^sweep\b.*: (.+)$/.exec(field)?.[1] ?? field;
}

/** @throws what is no fault of the file's */
function faultsOf(error: unknown): readonly JobFault[] {
  if (error instanceof JobError) return error.faults;
  if (error instanceof ModelError) return [{ field: 'model', problem: error.message, fix: 'Mend the model' }];
  throw error;
}

/** Fields whose values lie in files beside the job's. */
function arraysIn({ initial, media, sources }: Job): readonly string[] {
  return [
    ...[...initial].flatMap(([state, { kind }]) => (kind === 'array' ? [`initial.${state}`] : [])),
    ...[...media].flatMap(([name, { kind }]) => (kind === 'array' ? [`media.${name}`] : [])),
    ...sources.flatMap(({ name, feed }) => (feed.kind === 'file' ? [`sources.${name}`] : [])),
  ];
}

const needsArray = (field: string): JobFault => ({
  field,
  problem: 'comes from a file beside this one, which this page cannot send',
  fix: 'Hand this job in with groundswell submit, in the folder where the files lie',
});

function wordsFor(work: JobOrSweep): string {
  if (!isWholeSweep(work)) return `${work.name} is fine: ${sizeOf(work)}.`;
  const { name, first, members } = work;
  return `${name} is fine: ${count(members.length)} simulations, the first of ${sizeOf(first)}.`;
}

function sizeOf({ grid, steps }: Job): string {
  const [z, y, x] = grid.shape;
  const size = (grid.dimensions === 2 ? [x, y] : [x, y, z]).map(count).join(' × ');
  return `${size} cells, ${count(steps)} ${steps === 1 ? 'step' : 'steps'}`;
}
