import { afterEach, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { Fleet, type Result } from './fleet.js';

const job: JobFileInput = {
  name: 'coming-and-going',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 3000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  probes: { off: { at: { z: 18, y: 9, x: 9 }, fields: ['psi', 'rms2'] } },
  outputs: { plane: { fields: ['psi'], every: 250, plane: { z: 12 } }, end: { fields: ['psi', 'freq'] } },
  run: { peers: 3, use: 'all', checkpointSeconds: 0.5 },
};

let fleet: Fleet;
let truth: Float32Array[];

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([
    result.output('end', 'psi'),
    result.output('end', 'freq'),
    result.output('plane', 'psi'),
    result.probe('off', 'psi'),
    result.probe('off', 'rms2'),
  ]);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

beforeAll(async () => {
  fleet = await Fleet.start();
  await fleet.join();
  truth = await everything(await fleet.run({ ...job, run: { peers: 1 } }));
  await fleet.close();
});
afterEach(() => fleet.close());

test('two leave at once while another comes, then all leave at once: every bit is as with one peer', async () => {
  fleet = await Fleet.start();
  const [anna, bert, carl] = [await fleet.join(), await fleet.join(), await fleet.join()];
  const id = await fleet.submit(job);
  await until(() => (fleet.status(id).progress?.step ?? 0) >= 200);
  const gone = Promise.all([anna.contributor.leave(), bert.contributor.leave()]);
  const dora = await fleet.join();
  await gone;
  await until(() => (fleet.status(id).progress?.step ?? 0) >= 900);
  await Promise.all([carl.contributor.leave(), dora.contributor.leave()]);
  await fleet.join();
  await fleet.done(id);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});
