import { roomAddress } from './address.js';
import { type JobReport, type RoomReport, roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';
import { cellRate, timeLeft } from './words.js';

/** `groundswell status`: who is in a room, and how far its jobs are. */
export async function status(url: URL, { json }: { json?: boolean }, { print }: Context): Promise<Exit> {
  const { origin, room } = roomAddress(url);
  const report = await roomApi(origin, room).room();
  for (const line of json ? [JSON.stringify(report)] : inWords(report)) print(line);
  return Exit.ok;
}

function inWords({ roster, jobs }: RoomReport): string[] {
  const peers = Object.values(roster).map(
    ({ name, kind, state, ability }) =>
      `peer ${name} (${kind}, ${ability.engine}, ${cellRate(ability.rate)}): ${state}`,
  );
  return [
    ...(peers.length > 0 ? peers : ['no peers']),
    ...(jobs.length > 0 ? jobs.map(jobLine) : ['no jobs']),
  ];
}

function jobLine({ id, state, reason, progress, result }: JobReport): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  if (state === 'done') return `job ${id}: done, result at ${result}`;
  if (progress === undefined) return `job ${id}: ${state}${why}`;
  const { step, steps, rate, secondsLeft } = progress;
  return `job ${id}: ${state}${why}, step ${step}/${steps}, ${cellRate(rate)}, ${timeLeft(secondsLeft)} left`;
}
