import { beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { openTransports } from '../peer-node/transports.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';
import { slowed } from './slow-transport.js';

/** Bytes a second: so few that packing pays on a laden machine too. */
const SLOW = 5e5;

/** Two shards that share a face of 64² cells; every epoch is one exchange. */
function job(overrides: Partial<JobFileInput> = {}): JobFileInput {
  return {
    name: 'halos',
    model: 'wave',
    grid: { shape: [64, 64, 64], spacing: 1, brick: 32 },
    time: { steps: 128, courant: 0.5 },
    parameters: { speed: 1 },
    initial: {
      psi: {
        formula: 'radial-wave',
        amplitude: 1,
        wavelength: 16,
        frequency: 0.05,
        centre: { z: 25, y: 30, x: 20 },
      },
    },
    outputs: { end: { fields: ['psi'] } },
    ...overrides,
    run: { exchangeEvery: 4, use: 'all', ...overrides.run },
  };
}

/** The end state, and the bytes of all halos. `rate` is that of the links, in bytes a second. */
async function run(file: JobFileInput, peers: number, rate = Infinity) {
  const fleet = await Fleet.start();
  try {
    for (let peer = 0; peer < peers; peer++) {
      const transports = await openTransports('datachannel');
      await fleet.join({ transport: rate < Infinity ? slowed(transports, rate) : transports });
    }
    const id = await fleet.submit({ ...file, run: { ...file.run, peers } });
    const { progress } = await fleet.done(id);
    return {
      psi: await fleet.result(id).output('end', 'psi'),
      bytes: progress?.haloBytesDirect ?? Number.NaN,
    };
  } finally {
    await fleet.close();
  }
}

/** Of a job's 32 exchanges, many beside the few before a link's rate is known; both ways: the newest level 4 layers deep, the one before 3. */
const PLAIN_BYTES = 32 * 2 * (4 + 3) * 64 * 64 * 4;

let alone: Float32Array;
beforeAll(async () => {
  alone = (await run(job(), 1)).psi;
});

test('on fast links halos go as they are', async () => {
  const { psi, bytes } = await run(job(), 2);
  expect(differingBits([psi], [alone])).toBe(0);
  expect(bytes).toBeGreaterThan(0.8 * PLAIN_BYTES);
});

test('on slow ones they are packed, and every bit is the same', async () => {
  const { psi, bytes } = await run(job(), 2, SLOW);
  expect(differingBits([psi], [alone])).toBe(0);
  expect(bytes).toBeLessThan(0.9 * PLAIN_BYTES);
});

test('while a wave has not come to the border nothing of it is sent', async () => {
  const file = job({
    initial: {},
    sources: {
      tap: {
        field: 'psi',
        at: { z: 8, y: 8, x: 8 },
        amplitude: 1,
        signal: { shape: 'ricker', frequency: 0.1 },
      },
    },
    time: { steps: 16, courant: 0.5 },
  });
  const { psi, bytes } = await run(file, 2);
  expect(psi.some((value) => value !== 0)).toBe(true);
  expect(bytes).toBe(0);
});

test('halos that the job lets round stay within their error, and are smaller still', async () => {
  const { psi, bytes } = await run(job({ run: { haloError: 1e-4 } }), 2, SLOW);
  const peak = alone.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = psi.reduce((most, value, i) => Math.max(most, Math.abs(value - (alone[i] as number))), 0);
  expect(worst).toBeGreaterThan(0);
  expect(worst / peak).toBeLessThan(0.01);
  // Far below what packs without loss, though the first go as they are.
  expect(bytes).toBeLessThan(0.7 * PLAIN_BYTES);
});
