import type { Job } from '../../core/job/job.js';
import { outputArrayKey } from '../../core/protocol/keys.js';

const INDICES = /^\d+(\/\d+)*$/;

/**
 * Whether a peer that computes a job may upload an object: a brick of its checkpoints or a chunk of its
 * outputs. Metadata, seals and other jobs are the coordinator's alone.
 */
export function mayUpload(job: Job, id: string, key: string): boolean {
  const states = `jobs/${id}/state/`;
  if (key.startsWith(states)) return INDICES.test(key.slice(states.length));
  return job.outputs.some(({ name, states: names }) =>
    names.some((state) => {
      const chunks = `${outputArrayKey(id, name, state)}/c/`;
      return key.startsWith(chunks) && INDICES.test(key.slice(chunks.length));
    }),
  );
}
