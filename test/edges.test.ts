import { afterEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { Fleet } from './fleet.js';

let fleet: Fleet;
afterEach(() => fleet.close());

const tiny: JobFileInput = {
  name: 'tiny',
  model: 'wave',
  grid: { shape: [12, 12, 12], spacing: 1, brick: 4 },
  time: { steps: 3, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2, centre: { z: 5, y: 5, x: 5 } } },
  probes: { p: { at: { z: 5, y: 5, x: 5 }, fields: ['psi'] } },
  outputs: { all: { fields: ['psi'], every: 1 } },
};

async function results(peers: number, file: JobFileInput): Promise<[Float32Array, Float32Array]> {
  fleet = await Fleet.start();
  for (let i = 0; i < peers; i++) await fleet.join();
  const result = await fleet.run({ ...file, run: { use: 'all', ...file.run, peers } });
  const both: [Float32Array, Float32Array] = [
    await result.output('all', 'psi'),
    await result.probe('p', 'psi'),
  ];
  expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  return both;
}

test.each([
  ['fewer steps than between exchanges', tiny],
  ['one step', { ...tiny, time: { steps: 1, courant: 0.5 } }],
  [
    'steps that end amid an epoch',
    { ...tiny, time: { steps: 11, courant: 0.5 }, run: { exchangeEvery: 2, epoch: 4 } },
  ],
  [
    'shards in the fixed edge',
    { ...tiny, grid: { shape: [13, 13, 13], spacing: 1, brick: 4 }, run: { exchangeEvery: 3 } },
  ],
  [
    'periodic, thin',
    {
      ...tiny,
      boundary: 'periodic',
      grid: { shape: [4, 8, 8], spacing: 1, brick: 4 },
      probes: { p: { at: { z: 2, y: 5, x: 5 }, fields: ['psi'] } },
      time: { steps: 9, courant: 0.5 },
    },
  ],
] as [string, JobFileInput][])('%s: as with one peer, and nothing goes back', async (_, file) => {
  const one = await results(1, file);
  await fleet.close();
  const many = await results(file.boundary === 'periodic' ? 4 : 7, file);
  expect(many).toEqual(one);
});

test('a small grid makes thousands of epochs a second, and its peer is not taken for a flood', async () => {
  fleet = await Fleet.start();
  await fleet.join();
  await fleet.run({ ...tiny, time: { steps: 16_000, courant: 0.5 }, outputs: {} });
  expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
});

test('a job that is stopped makes way for the next in the queue', async () => {
  fleet = await Fleet.start();
  await fleet.join();
  await fleet.join();
  const long = await fleet.submit({
    ...tiny,
    time: { steps: 1e6, courant: 0.5 },
    outputs: {},
    run: { peers: 2, use: 'all' },
  });
  const next = await fleet.submit({ ...tiny, run: { peers: 2, use: 'all' } });
  while ((fleet.status(long).progress?.step ?? 0) < 100) await new Promise((r) => setTimeout(r, 10));
  fleet.stop(long);
  await fleet.done(next);
  expect(fleet.status(long).state).toBe('stopped');
});
