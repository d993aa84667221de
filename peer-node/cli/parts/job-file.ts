import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { workInputs } from '../../../coordinator/inputs/work-inputs.js';
import { checkJob } from '../../../core/job/check.js';
import { parseJobText } from '../../../core/job/read.js';
import { isSweep } from '../../../core/job/sweep.js';
import { checkWholeSweep } from '../../../core/job/whole-sweep.js';
import { UsageError } from '../exit.js';
import type { PreparedJob } from '../parts.js';

/** Reads and checks a job file, of one job or of a sweep. Throws JobError, ModelError, UsageError where there is no such file. */
export async function readJob(path: string): Promise<PreparedJob> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`<job>: ${path} cannot be read (${error.code}); give the path of a job file`);
  });
  const file = parseJobText(text, path);
  const work = isSweep(file) ? await checkWholeSweep(file) : checkJob(file);
  return { work, inputs: (id) => workInputs(id, work, dirname(path)) };
}
