import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobFileInput } from '../../core/job/schema.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import { roomApi } from '../../peer-node/cli/api.js';
import { Fleet, type Result } from '../fleet.js';

/** What a job computes where nothing disturbs it. */
export async function undisturbed(job: JobFileInput): Promise<Float32Array[]> {
  const fleet = await Fleet.start();
  try {
    await fleet.join();
    return await everything(await fleet.run({ ...job, run: {} }));
  } finally {
    await fleet.close();
  }
}

/** Hands the job in, once the coordinator answers. */
export async function submitted(job: JobFileInput, url: string, folder: string): Promise<string> {
  for (;;) {
    try {
      const token = (await readFile(join(folder, 'token'), 'utf8')).trim();
      return (await roomApi(addressesOf(url), token).submit(job)).id;
    } catch {
      await sleep(50);
    }
  }
}

/** Whether a coordinator's folder holds its job as done. Rejects where it ended otherwise. */
export const isDone = (folder: string, id: string) =>
  readFile(join(folder, 'store/jobs', id, 'end.json'), 'utf8').then(
    (text) => {
      const { state, reason } = JSON.parse(text) as { state: string; reason?: string };
      if (state !== 'done') throw new Error(`${id} ${state}: ${reason}`);
      return true;
    },
    () => false,
  );

/** All that chaos compares: its jobs have these outputs and this probe. */
export function everything(result: Result): Promise<Float32Array[]> {
  return Promise.all([
    result.output('end', 'psi'),
    result.output('end', 'freq'),
    result.output('plane', 'psi'),
    result.probe('off', 'psi'),
  ]);
}
