import { addressesOf } from '../../core/protocol/addresses.js';
import type { Progress } from '../../core/protocol/document.js';
import { type JobReport, type RoomReport, roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';
import { cellRate, counted, membersDone, timeLeft } from './words.js';

/** `groundswell status`: who is in a room, and how far its jobs are. */
export async function status(
  url: URL,
  { json }: { json?: boolean },
  { print }: Pick<Context, 'print'>,
): Promise<Exit> {
  const api = roomApi(addressesOf(url.href));
  const report = await api.room();
  const lines = json
    ? [JSON.stringify({ ...report, credits: (await api.credit()).credits })]
    : inWords(report);
  for (const line of lines) print(line);
  return Exit.ok;
}

function inWords({ peers, watchers, jobs }: RoomReport): string[] {
  return [
    `${counted(peers.length, 'peer')}, ${counted(watchers, 'watcher')}, ${counted(jobs.length, 'job')}`,
    ...peers.map(
      ({ name, kind, state, ability, use }) =>
        `peer ${name} (${kind}, ${ability.engine}, ${cellRate(ability.rate)}): ${state}${use ? `; ${use.says}` : ''}`,
    ),
    ...jobs.flatMap((job) => [jobLine(job), ...paceLines(job, peers)]),
  ];
}

/** How the run goes beside what its plan promised, and what one more peer would do for it. */
function paceLines({ state, progress }: JobReport, peers: RoomReport['peers']): string[] {
  if (state !== 'running' || !progress?.stepSeconds) return [];
  const { predicted, measured } = progress.stepSeconds;
  const taken = measured === null ? 'not measured yet' : `${stepTime(measured)} measured`;
  const pace = [`  a step: ${taken}, ${stepTime(predicted)} promised as the plan began`];
  const { scaling, replicas, unseen } = progress;
  if (replicas) pace.push(`  ${replicasInWords(replicas)}`);
  if (unseen) pace.push(`  ${unseenInWords(unseen, peers)}`);
  if (scaling) pace.push(...scalingLines(scaling));
  const like = peers.find(({ id }) => id === progress.oneMore?.like);
  if (!like || !progress.oneMore) return pace;
  const saved = Math.round(100 * progress.oneMore.saves);
  return [
    ...pace,
    `  one more peer like ${like.name}, on a device of its own, would save ${saved < 1 ? 'nothing' : `${saved}% of it`}`,
  ];
}

function replicasInWords({ shards, shadowed }: NonNullable<Progress['replicas']>): string {
  if (shadowed === shards) return `each of ${counted(shards, 'shard')} is computed twice`;
  return `${shadowed} of ${counted(shards, 'shard')} computed twice; the others have no shadow: no peer is left for them`;
}

function unseenInWords(unseen: readonly string[], peers: RoomReport['peers']): string {
  const names = unseen.map((id) => peers.find((peer) => peer.id === id)?.name ?? id);
  return `nobody computes again what these do, for their shards are too large to be shown: ${names.join(', ')}; shadows of another owner would tell (trust: { replicas: 2 })`;
}

function scalingLines(scaling: NonNullable<NonNullable<JobReport['progress']>['scaling']>): string[] {
  const { computeSeconds, communicationSeconds, otherSeconds, memoryBytes } = scaling;
  const { strongEfficiency, predictedEfficiency, weakEfficiency } = scaling;
  const of = 'of what the peers could do together if none waited';
  const share = (part: number | null) => (part === null ? 'not known yet' : `${Math.round(100 * part)}%`);
  return [
    `  all peers: ${computeSeconds.toFixed(1)} s computing, ${communicationSeconds.toFixed(1)} s waiting for halos, ${otherSeconds.toFixed(1)} s at the rest (reading, storing, starting), ${Math.round(memoryBytes / 1e6)} MB`,
    `  efficiency: ${share(strongEfficiency)} measured, ${share(predictedEfficiency)} predicted, ${of}; ${share(weakEfficiency)} of what each could do alone`,
  ];
}

const stepTime = (seconds: number) => `${Number((1000 * seconds).toPrecision(3))} ms`;

/** Of a job that does not run: `stopped, goes on from step 800/2000`, for what is beyond its checkpoint is computed again. */
function placeOf(progress: Progress | undefined, state: string): string {
  if (!progress) return state;
  const { step, steps, members } = progress;
  return members
    ? `${state}, ${membersDone(members)}`
    : `${state}, ${state === 'waiting' ? 'at' : 'goes on from'} step ${step}/${steps}`;
}

function jobLine({ id, state, reason, progress, result }: JobReport): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  if (state === 'done') return `job ${id}: done${why}, result at ${result}`;
  if (state !== 'running' || progress === undefined) return `job ${id}: ${placeOf(progress, state)}${why}`;
  const { step, steps, rate, secondsLeft, members, vetted } = progress;
  const checked = vetted === undefined ? '' : `, vetted up to ${vetted}`;
  const place = members
    ? `${membersDone(members)}, ${members.running} running`
    : `step ${step}/${steps}${checked}`;
  return `job ${id}: running, ${place}, ${cellRate(rate)}, ${timeLeft(secondsLeft)}${why}`;
}
