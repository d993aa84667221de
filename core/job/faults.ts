import { JobError, type JobFault } from '../errors.js';

/** The faults found in a job so far. A check adds to it and goes on, so that a person sees all of them at once. */
export class FaultList {
  readonly #faults: JobFault[] = [];

  /** `problem` and `fix` are sentences without their full stop. */
  add(field: string, problem: string, fix: string): void {
    this.#faults.push({ field, problem, fix });
  }

  get length(): number {
    return this.#faults.length;
  }

  /** Throws JobError if anything was found. */
  raise(): void {
    if (this.#faults.length > 0) throw new JobError(this.#faults);
  }
}

/** A field's path as a person writes it: `outputs.planes.fields[1]`; `job` for the whole file. */
export function writtenPath(path: readonly PropertyKey[]): string {
  const written = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return written.replace(/^\./, '') || 'job';
}
