import { ProtocolError } from '../../core/errors.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { ResultWriter } from './job-parts.js';

/** Adds what a peer's probes saw to the result. Who tells of what the job does not have is dismissed. */
export async function recordProbes(
  result: Pick<ResultWriter, 'addProbes'>,
  member: Pick<Member, 'dismiss'> | undefined,
  samples: Extract<RunMessage, { type: 'epoch' }>['probes'],
): Promise<void> {
  try {
    await result.addProbes(samples);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    member?.dismiss(error.code, error.message);
  }
}
