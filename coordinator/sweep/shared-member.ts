import { checkJob } from '../../core/job/check.js';
import { memberOf } from '../../core/job/sweep.js';
import type { WholeSweep } from '../../core/job/whole-sweep.js';
import { memberId } from '../../core/protocol/member-id.js';
import { ProbeSeries } from '../results/probe-series.js';
import type { JobRunTools } from '../run/job-parts.js';
import { JobRun } from '../run/job-run.js';
import type { End } from '../run/run-tools.js';

export interface SharedMember {
  readonly member: number;
  readonly run: JobRun;
  /** Resolves when it has ended, and nothing of its run goes on any more. */
  readonly ended: Promise<End>;
}

/**
 * Runs a member that no peer can hold whole as a job of its own, over several peers: its chunks are a part of the sweep's all the
 * same, by the member's id. While it runs, the room does nothing else.
 */
export function shareMember(
  id: string,
  sweep: WholeSweep,
  member: number,
  tools: Omit<JobRunTools, 'result' | 'recordEnd'>,
): SharedMember {
  const { places, file } = memberOf(sweep, sweep.file, member);
  const own = memberId(id, places);
  const job = checkJob(file);
  const longest = Math.max(...sweep.members.map(({ steps }) => steps));
  const probes = new ProbeSeries(tools.store, own, job, longest);
  let over: (end: End) => void = () => {};
  const end = new Promise<End>((resolve) => {
    over = resolve;
  });
  const run = new JobRun(own, job, {
    ...tools,
    result: {
      start: async () => {},
      // Of its members the sweep's result says only which are done.
      markVetted: async () => {},
      async addProbes(samples) {
        for (const sample of samples) await probes.add(sample);
      },
      readProbe: (...asked) => probes.read(...asked),
      flush: () => probes.flush(),
      finish: () => probes.flush(),
    },
    // The sweep's own record says it.
    recordEnd: async (how) => over(how),
  });
  const ended = end.then(async (how) => {
    await run.close();
    return how;
  });
  return { member, run, ended };
}

/** Whether a member may start from arrays or series, of which peers that share it would not know where they lie. */
export const namesFiles = ({ file }: WholeSweep): boolean => /"(array|file)":/.test(JSON.stringify(file));
