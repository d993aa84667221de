import { checkJob } from '../../core/job/check.js';
import { memberOf } from '../../core/job/sweep.js';
import { inputSetsOf, inputsIdOf, isWholeSweep, type JobOrSweep } from '../../core/job/whole-sweep.js';
import { inputBricks } from './input-bricks.js';

/**
 * All that a job, or the members of a sweep, start from and that is not in the file, under the keys it has in the store as job `id`; paths are
 * relative to `folder`. Throws JobError where one is not there, or not what the job says.
 */
export async function* workInputs(
  id: string,
  work: JobOrSweep,
  folder: string,
): AsyncGenerator<{ readonly key: string; readonly bytes: Uint8Array }> {
  if (!isWholeSweep(work)) return yield* inputBricks(id, work, folder);
  for (const index of inputSetsOf(work, id)) {
    const { places, file } = memberOf(work, work.file, index);
    yield* inputBricks(inputsIdOf(id, work, places), checkJob(file), folder);
  }
}
