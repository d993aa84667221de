import { z } from 'zod';
import { jobEndKey } from '../core/protocol/keys.js';
import type { Store } from './store/store.js';

const jobEndSchema = z.strictObject({
  version: z.literal(1),
  state: z.enum(['done', 'failed', 'stopped']),
  reason: z.string().optional(),
  ended: z.iso.datetime(),
});

/** How a job ended, as the store keeps it; a job without it may go on. */
export type JobEnd = z.infer<typeof jobEndSchema>;

export async function writeJobEnd(
  store: Store,
  id: string,
  end: Pick<JobEnd, 'state' | 'reason'>,
): Promise<void> {
  const record: JobEnd = { version: 1, ...end, ended: new Date().toISOString() };
  await store.put(jobEndKey(id), new TextEncoder().encode(JSON.stringify(record)));
}

/** Undefined for a job that has not ended. */
export async function readJobEnd(store: Store, id: string): Promise<JobEnd | undefined> {
  const bytes = await store.get(jobEndKey(id));
  return bytes && jobEndSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}
