import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JobFileInput } from '../../core/job/schema.js';
import type { Plan } from '../../core/protocol/plan.js';
import { Fleet } from '../../test/fleet.js';
import type { PlayedDevice, Told } from './played-devices.js';

/** Devices are shared out among so many processes: one event loop would be the narrowest part of sixteen devices. */
export const PROCESSES = 2;
/** A benchmark is bundled beside the program that plays devices. */
const PROGRAM = fileURLToPath(new URL('./fleet-peers.js', import.meta.url));

/** How far a run was, when. */
interface Mark {
  readonly plan: number;
  readonly step: number;
  readonly seconds: number;
}

const LOOK_MS = 20;

/** One run, as it was followed from outside. */
export class Followed {
  readonly #marks: Mark[] = [];
  /** Steps between exchanges under the last plan. */
  exchangeEvery = 0;
  /** The last plan. */
  plan: Plan | undefined;
  plans = 0;
  /** What went wrong, in words of the coordinator's log. */
  troubles: readonly string[] = [];
  haloBytes = 0;
  /** Steps that all shards have made. */
  steps = 0;
  /** Seconds a step that the last plan promised. */
  predicted = Number.NaN;

  look(mark: Mark): void {
    if (mark.step > (this.#marks.at(-1)?.step ?? 0)) this.#marks.push(mark);
  }

  /** Seconds a step between two times, by the steps that all shards had made; what passes between two plans is left out. */
  stepSeconds(from: number, to: number): number {
    const inside = this.#marks.filter(({ seconds }) => seconds >= from && seconds <= to);
    let steps = 0;
    let taken = 0;
    for (const [i, mark] of inside.entries()) {
      const before = inside[i - 1];
      if (before?.plan !== mark.plan) continue;
      steps += mark.step - before.step;
      taken += mark.seconds - before.seconds;
    }
    return taken / steps;
  }
}

/** Changes how fast a device is, by its name, in cell updates a second. */
export type SetPace = (name: string, pace: number) => void;

/**
 * Runs a job on played devices for so many seconds after its first steps, and follows it. The coordinator is in this process, the devices are in others, over
 * real channels of node-datachannel behind emulated uplinks; `during` is called each time the run is looked at.
 */
export async function followRun(
  file: JobFileInput,
  devices: readonly PlayedDevice[],
  seconds: number,
  during: (at: number, followed: Followed, setPace: SetPace) => void = () => {},
): Promise<Followed> {
  const fleet = await Fleet.start();
  const processes: ChildProcess[] = [];
  try {
    const homes = new Map<string, ChildProcess>();
    for (let number = 0; number < PROCESSES; number++) {
      const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      processes.push(child);
      const own = devices.filter((_, place) => place % PROCESSES === number);
      for (const { name } of own) homes.set(name, child);
      const joined = once(child, 'message');
      tell(child, { type: 'play', url: fleet.url, devices: own });
      await joined;
    }
    const id = await fleet.submit({ ...file, run: { ...file.run, peers: devices.length, use: 'all' } });
    const setPace: SetPace = (name, pace) => tell(homes.get(name), { type: 'pace', name, pace });
    const followed = await follow(fleet, id, seconds, (at, run) => during(at, run, setPace));
    fleet.stop(id);
    return followed;
  } finally {
    await Promise.all(processes.map(ended));
    await fleet.close();
  }
}

async function follow(
  fleet: Fleet,
  id: string,
  seconds: number,
  during: (at: number, followed: Followed) => void,
): Promise<Followed> {
  const followed = new Followed();
  let began: number | undefined;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const { progress, plan, state, reason } = fleet.status(id);
    if (state !== 'running' && state !== 'waiting')
      throw new Error(`the run ended: ${state} ${reason ?? ''}`);
    if (!progress || progress.step === 0) continue;
    began ??= performance.now();
    const at = (performance.now() - began) / 1000;
    followed.look({ plan: plan?.id ?? 0, step: progress.step, seconds: at });
    followed.plan = plan ?? followed.plan;
    followed.exchangeEvery = plan?.exchangeEvery ?? followed.exchangeEvery;
    followed.haloBytes = progress.haloBytesDirect;
    followed.steps = progress.step;
    followed.predicted = progress.stepSeconds?.predicted ?? followed.predicted;
    followed.plans = fleet.events.filter(({ event }) => event === 'plan').length;
    during(at, followed);
    if (at < seconds) continue;
    followed.troubles = fleet.troubles.map(({ event, details }) => `${event} ${JSON.stringify(details)}`);
    return followed;
  }
}

function tell(child: ChildProcess | undefined, told: Told): void {
  child?.send(told);
}

/** Disconnects a process, and resolves once it has ended. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exit;
}
