import { afterEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { Fleet } from './fleet.js';

/** Doubles at every step, so it leaves the range of f32 after 128. */
const growing: JobFileInput = {
  name: 'growing',
  model: {
    name: 'growing',
    fields: { phi: 'wave' },
    constants: {},
    largestStep: 1,
    wgsl: `struct Cell { phi: f32 }
      fn update() -> Cell { return Cell(2.0 * phi(0, 0, 0)); }`,
  },
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 200, dt: 1 },
  initial: { phi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
};

let fleet: Fleet;
afterEach(() => fleet.close());

async function endOf(file: JobFileInput) {
  fleet = await Fleet.start();
  await fleet.join();
  await fleet.join();
  const id = await fleet.submit({ ...file, run: { peers: 2, use: 'all', ...file.run } });
  return fleet.done(id);
}

test('a field that leaves the finite numbers at a probe fails the job, with the state and the first such step', async () => {
  const probes = { middle: { at: { z: 8, y: 8, x: 8 }, fields: ['phi'] } };
  await expect(endOf({ ...growing, probes })).rejects.toThrow(
    /failed: diverged: phi is not finite after step 128, as peer \d found/,
  );
});

test('one that does so away from all probes fails it at the next snapshot', async () => {
  const outputs = { film: { fields: ['phi'], every: 50 } };
  await expect(endOf({ ...growing, outputs })).rejects.toThrow(/phi is not finite after step 150/);
});

test('no checkpoint of such a field is ever sealed', async () => {
  const failed = endOf({
    ...growing,
    time: { steps: 3000, dt: 1 },
    run: { checkpointSeconds: 0.001 },
  });
  await expect(failed).rejects.toThrow(/diverged: phi is not finite after step \d+/);
  const [id = ''] = fleet.jobs();
  expect(fleet.status(id).progress?.checkpoint).toBeLessThan(128);
});
