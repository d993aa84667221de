import type { JobFileInput } from '../../core/job/schema.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Fleet } from '../../test/fleet.js';
import { paced } from '../../test/paced-engine.js';
import type { Figure } from '../harness.js';

export interface ShadowSetup {
  /** Of a run each. */
  readonly seconds: number;
  /** Runs of each kind, in turn: the middle one counts. */
  readonly runs: number;
}

/** Cell updates a second of each peer: one core stands for all of them, and does nothing else. */
const PACE = 2e6;
/** Two halves of this grid take a peer 28 ms a step. */
const EDGE = 48;
const LOOK_MS = 10;

const job: JobFileInput = {
  name: 'shadows',
  model: 'wave',
  grid: { shape: [EDGE, EDGE, EDGE], spacing: 1, brick: 12 },
  time: { steps: 100_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 4, centre: { z: 24, y: 24, x: 24 } } },
};

/** What shadows cost beside what they compute: steps a second of two shards with a shadow each, against those of the same two without. */
export async function measureShadows({ seconds, runs }: ShadowSetup): Promise<Figure[]> {
  const alone: number[] = [];
  const shadowed: number[] = [];
  for (let run = 0; run < runs; run++) {
    alone.push(await stepsPerSecond(1, seconds));
    shadowed.push(await stepsPerSecond(2, seconds));
  }
  const note = `${runs} runs of ${seconds} s, ${EDGE}³ cells, two shards, peers paced to ${PACE} updates/s`;
  return [
    { name: 'shadow_steps_alone', value: middle(alone), unit: 's-1', note },
    { name: 'shadow_steps', value: middle(shadowed), unit: 's-1', note: `${note}, a shadow to each` },
    {
      name: 'shadow_cost',
      value: 1 - middle(shadowed) / middle(alone),
      unit: '1',
      note: 'aim: 0.05 at most',
    },
  ];
}

async function stepsPerSecond(replicas: 1 | 2, seconds: number): Promise<number> {
  const fleet = await Fleet.start({ trust: true });
  try {
    for (let peer = 0; peer < 2 * replicas; peer++) {
      await fleet.join({
        engine: paced(await createWasmEngine(), () => PACE),
        rate: PACE,
        transport: 'datachannel',
        ...(peer % 2 === 1 && { address: '127.0.0.2' }),
      });
    }
    const run = { peers: 2 * replicas, use: 'all' as const, exchangeEvery: 2 };
    const id = await fleet.submit({ ...job, trust: { replicas }, run });
    const step = () => fleet.status(id).progress?.step ?? 0;
    while (step() === 0) await pause(LOOK_MS);
    const [from, began] = [step(), performance.now()];
    await pause(1000 * seconds);
    const last = step();
    while (step() === last) await pause(LOOK_MS);
    return (step() - from) / ((performance.now() - began) / 1000);
  } finally {
    await fleet.close();
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const middle = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
