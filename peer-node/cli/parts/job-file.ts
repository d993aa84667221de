import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputBricks } from '../../../coordinator/inputs/input-bricks.js';
import { checkJob } from '../../../core/job/check.js';
import { parseJobText } from '../../../core/job/read.js';
import { UsageError } from '../exit.js';
import type { PreparedJob } from '../parts.js';

/** Reads and checks a job file. Throws JobError, ModelError, UsageError where there is no such file. */
export async function readJob(path: string): Promise<PreparedJob> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`<job>: ${path} cannot be read (${error.code}); give the path of a job file`);
  });
  const job = checkJob(parseJobText(text, path));
  return { job, inputs: (id) => inputBricks(id, job, dirname(path)) };
}
