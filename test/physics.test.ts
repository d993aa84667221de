import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-physics-'));
});
afterAll(() => rm(folder, { recursive: true }));

const STATES = ['psi.L', 'psi.T', 'rms2.L', 'freq.T', 'peak.L'];

/** Everything that acts inside a step at once. Bricks end at cells 8, 16 and 24: there the sources are. */
const everything: JobFileInput = {
  name: 'everything',
  model: { base: 'medium', order: 4, trackers: ['rms2', 'freq', 'peak'] },
  components: ['L', 'T'],
  grid: { shape: [32, 28, 30], spacing: 0.5, brick: 8 },
  time: { steps: 48, courant: 0.4 },
  media: {
    speed: {
      base: 1,
      regions: [
        { shape: 'layer', axis: 'z', from: 11, to: 17, value: 0.6 },
        { shape: 'sphere', centre: { z: 14, y: 10, x: 13 }, radius: 5, value: 1.2 },
      ],
    },
    damping: 0.02,
    potential: {
      base: 0,
      regions: [{ shape: 'box', from: { z: 2, y: 2, x: 2 }, to: { z: 9, y: 9, x: 9 }, value: 0.4 }],
    },
  },
  boundary: { z: ['neumann', 'damped'], y: ['absorbing', 'dirichlet'], x: 'periodic' },
  sources: {
    corner: {
      field: 'psi.L',
      at: { z: 16, y: 16, x: 16 },
      amplitude: 3,
      signal: { shape: 'ricker', frequency: 0.2 },
    },
    line: {
      field: 'psi.T',
      at: { z: 15, y: 16 },
      amplitude: 1,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 3 },
    },
    wall: {
      field: 'psi.L',
      at: { z: 0 },
      amplitude: 0.2,
      signal: { shape: 'series', values: [0.3, -1, 0.7] },
    },
  },
  initial: { 'psi.T': { formula: 'gaussian', amplitude: 3, sigma: 1.2, centre: { z: 3, y: 12, x: 1 } } },
  probes: {
    beside: { at: { z: 1, y: 14, x: 0 }, fields: ['psi.L', 'psi.T'] },
    sheet: { at: { y: 15 }, every: 16, fields: ['psi.L'] },
    row: { at: { z: 8, y: 16 }, every: 7, fields: ['psi.T'] },
  },
  outputs: { fields: { fields: STATES, every: 'end' } },
};

async function resultOf(file: JobFileInput, shards: number): Promise<Float32Array[]> {
  const fleet = await Fleet.start();
  for (let peer = 0; peer < shards; peer++) await fleet.join({ rate: 1e8 * (1 + (peer % 3)) });
  const result = await fleet.run({ ...file, run: { peers: shards, use: 'all', exchangeEvery: 3 } }, folder);
  const arrays = await Promise.all([
    ...STATES.map((state) => result.output('fields', state)),
    result.probe('beside', 'psi.L'),
    result.probe('beside', 'psi.T'),
    result.probe('sheet', 'psi.L'),
    result.probe('row', 'psi.T'),
  ]);
  const plans = fleet.events.filter(({ event }) => event === 'plan');
  await fleet.close();
  expect(plans.map(({ details }) => details.shards)).toEqual([shards]);
  for (const array of arrays) expect(array.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  return arrays;
}

/** A `.npy` file of f32 in C order. */
function npy(shape: readonly number[], values: Float32Array): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const length = Uint8Array.of(padded.length & 255, padded.length >> 8);
  const start = new TextEncoder().encode(`NUMPY\x01\x00`);
  return Buffer.concat([
    Uint8Array.of(0x93),
    start,
    length,
    Buffer.from(padded),
    new Uint8Array(values.buffer),
  ]);
}

describe('media, a mirror, absorbing faces, a periodic axis and sources on the borders of shards', () => {
  test('give the same bits in 1 shard and in 5', async () => {
    expect(differingBits(await resultOf(everything, 5), await resultOf(everything, 1))).toBe(0);
  });

  test('and a plane and a line of probes hold what the volume holds at their cells', async () => {
    const volume = { fields: ['psi.L', 'psi.T'], every: 48 };
    const probes = {
      sheet: { at: { y: 15 }, every: 48, fields: ['psi.L'] },
      row: { at: { z: 8, y: 16 }, every: 24, fields: ['psi.T'] },
    };
    const fleet = await Fleet.start();
    for (let peer = 0; peer < 5; peer++) await fleet.join();
    const run = { peers: 5, use: 'all' as const };
    const result = await fleet.run({ ...everything, probes, outputs: { volume }, run }, folder);
    const [sheet, row, cellsL, cellsT] = await Promise.all([
      result.probe('sheet', 'psi.L'),
      result.probe('row', 'psi.T'),
      result.output('volume', 'psi.L'),
      result.output('volume', 'psi.T'),
    ]);
    await fleet.close();
    const at = (z: number, y: number, x: number) => (z * 28 + y) * 30 + x;
    const plane = Float32Array.from(
      { length: 32 * 30 },
      (_, i) => cellsL[at(Math.floor(i / 30), 15, i % 30)] ?? 0,
    );
    expect(sheet).toEqual(plane);
    expect(row).toHaveLength(60);
    expect(row.slice(30)).toEqual(cellsT.slice(at(8, 16, 0), at(8, 16, 30)));
    expect(row.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  });

  test('and so does a series from a file, which is what its values in the job would be', async () => {
    const values = Array.from({ length: 20 }, (_, step) => Math.fround(Math.sin(step) / 3));
    await writeFile(join(folder, 'series.csv'), values.join('\n'));
    const at = { z: 15, y: 16 };
    const fedBy = (signal: object): JobFileInput => ({
      ...everything,
      sources: {
        ...everything.sources,
        line: { field: 'psi.T', at, amplitude: 2, signal: { shape: 'series', ...signal } },
      },
    });
    const inFive = await resultOf(fedBy({ file: 'series.csv', dt: 0.45 }), 5);
    expect(differingBits(inFive, await resultOf(fedBy({ file: 'series.csv', dt: 0.45 }), 1))).toBe(0);
    expect(differingBits(inFive, await resultOf(fedBy({ values, dt: 0.45 }), 1))).toBe(0);
  });

  test('and so does a medium from an array, which is what its cells say', async () => {
    const shape = [32, 28, 30] as const;
    const layered = Float32Array.from({ length: 32 * 28 * 30 }, (_, index) =>
      Math.floor(index / (28 * 30)) < 11 ? 1 : 0.5,
    );
    await writeFile(join(folder, 'speed.npy'), npy(shape, layered));
    const array = { ...everything, media: { speed: { array: 'speed.npy', max: 1 } } };
    const painted: JobFileInput = {
      ...everything,
      media: { speed: { base: 1, regions: [{ shape: 'layer', axis: 'z', from: 11, to: 32, value: 0.5 }] } },
    };
    const inFive = await resultOf(array, 5);
    expect(differingBits(inFive, await resultOf(array, 1))).toBe(0);
    expect(differingBits(inFive, await resultOf(painted, 1))).toBe(0);
  });
});
