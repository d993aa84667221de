import type { JobFileInput } from '../../core/job/schema.js';
import { connectSocket } from '../../peer-node/socket.js';
import { openTransports } from '../../peer-node/transports.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Fleet } from '../../test/fleet.js';
import { paced } from '../../test/paced-engine.js';
import { behindUplink, farSocket, type Way } from './emulated-wan.js';

/** A device that is played: cell updates a second, at the moment. Its halos, channels and messages are real. */
export interface PlayedDevice {
  readonly pace: () => number;
  readonly way: Way;
}

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
  plans = 0;
  haloBytes = 0;
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

/**
 * Runs a job on played devices for so many seconds after its first steps, and follows it. All devices are in this process, over real channels of
 * node-datachannel behind emulated uplinks; `during` is called each time the run is looked at.
 */
export async function followRun(
  file: JobFileInput,
  devices: readonly PlayedDevice[],
  seconds: number,
  during: (at: number) => void = () => {},
): Promise<Followed> {
  const fleet = await Fleet.start();
  try {
    for (const [i, { pace, way }] of devices.entries()) {
      await fleet.join({
        name: `device ${i + 1}`,
        rate: pace(),
        engine: paced(await createWasmEngine(), pace),
        transport: behindUplink(await openTransports('datachannel'), way),
        connect: async (url) => farSocket(await connectSocket(url), way),
      });
    }
    const id = await fleet.submit({ ...file, run: { ...file.run, peers: devices.length, use: 'all' } });
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
      followed.exchangeEvery = plan?.exchangeEvery ?? followed.exchangeEvery;
      followed.haloBytes = progress.haloBytesDirect;
      followed.predicted = progress.stepSeconds?.predicted ?? followed.predicted;
      followed.plans = fleet.events.filter(({ event }) => event === 'plan').length;
      during(at);
      if (at >= seconds) break;
    }
    fleet.stop(id);
    return followed;
  } finally {
    await fleet.close();
  }
}
