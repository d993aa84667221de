import type { Job, Output } from './job.js';

/** One snapshot: an output, and which of its snapshots, counted from 0. */
export interface Snapshot {
  readonly output: Output;
  readonly index: number;
}

/** The snapshots that are due, by the step after which they are taken. */
export function snapshotsOf({ outputs }: Pick<Job, 'outputs'>): ReadonlyMap<number, readonly Snapshot[]> {
  const due = new Map<number, Snapshot[]>();
  for (const output of outputs) {
    for (const [index, step] of output.steps.entries()) {
      const atStep = due.get(step);
      if (atStep) atStep.push({ output, index });
      else due.set(step, [{ output, index }]);
    }
  }
  return due;
}
