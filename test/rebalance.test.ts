import { afterEach, beforeAll, expect, test } from 'vitest';
import { cellCount } from '../core/grid/box.js';
import type { JobFileInput } from '../core/job/schema.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, type Result } from './fleet.js';
import { paced } from './paced-engine.js';

/** Cell updates a second of each peer: a step of half the grid takes 4 ms. */
const PACE = 4e6;

const job: JobFileInput = {
  name: 'rebalance',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 1200, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 18, x: 20 } } },
  probes: { off: { at: { z: 20, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: { end: { fields: ['psi', 'freq'] } },
  run: { peers: 2, use: 'all' },
};

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([result.output('end', 'psi'), result.output('end', 'freq'), result.probe('off', 'psi')]);

let fleet: Fleet;
let truth: Float32Array[];

beforeAll(async () => {
  fleet = await Fleet.start();
  await fleet.join();
  truth = await everything(await fleet.run({ ...job, run: { peers: 1 } }));
  await fleet.close();
});
afterEach(() => fleet.close());

async function joinPaced(name: string, pace: () => number): Promise<void> {
  await fleet.join({ name, rate: PACE, engine: paced(await createWasmEngine(), pace) });
}

const plans = () => fleet.events.filter(({ event }) => event === 'plan');

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('a peer that slows down in mid-run gets less, steady peers keep what they have, and every bit is as with one', async () => {
  fleet = await Fleet.start();
  let slowdown = 1;
  await joinPaced('steady', () => PACE);
  await joinPaced('hot', () => PACE / slowdown);
  const id = await fleet.submit(job);
  await until(() => (fleet.status(id).progress?.step ?? 0) >= 600);
  expect(plans()).toHaveLength(1);
  const { plan: first } = fleet.status(id);
  const [half = Number.NaN] = (first?.shards ?? []).map(({ box }) => cellCount(box));
  expect(half).toBe(32 ** 3 / 2);

  slowdown = 4;
  await until(() => plans().length > 1);
  const sizes = (fleet.status(id).plan?.shards ?? []).map(({ box }) => cellCount(box));
  expect(Math.min(...sizes)).toBeLessThan(half * 0.6);
  await fleet.done(id);
  expect(plans().length).toBeLessThanOrEqual(3);
  expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});
