import type { Output } from '../../core/job/job.js';
import { outputChunkKey } from '../../core/protocol/keys.js';
import { axesOf } from '../../core/result/output.js';
import type { Store } from '../store/store.js';

/**
 * How many of an output's snapshots are stored, as far as their first chunk tells; they are stored in the order of their steps. For
 * results that were not completed: those that were may lie in packs.
 */
export async function storedCount(store: Store, job: string, output: Output): Promise<number> {
  const chunk = axesOf(output).map(() => 0);
  const isStored = async (snapshot: number) => {
    const [state = ''] = output.states;
    return (await store.get(outputChunkKey(job, output.name, state, snapshot, chunk))) !== undefined;
  };
  let [stored, missing] = [0, output.steps.length];
  while (stored < missing) {
    const middle = (stored + missing) >> 1;
    if (await isStored(middle)) stored = middle + 1;
    else missing = middle;
  }
  return stored;
}
