import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { JobFileInput } from '../../core/job/schema.js';
import {
  type Attack,
  cellOff,
  missingSource,
  notFinite,
  replayedState,
  skippedStep,
  staleHalo,
} from '../../core/trust/attacks.suite.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { dawnAdapter } from '../../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../../shaders/webgpu/engine.js';
import { Checker } from './checker.js';
import { classInJob, keepsHalves } from './class-in-job.js';
import { type Device, deviceOf, newcomer, PlayedRun } from './played-run.suite.js';

/** Three peers in a row, of a job that lets waves be kept in f16. */
const file: JobFileInput = {
  name: 'halves',
  model: 'medium',
  grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
  time: { steps: 1000, dt: 0.2 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 4, value: 2.4 }] } },
  boundary: { z: ['neumann', 'dirichlet'], y: 'periodic', x: 'dirichlet' },
  sources: {
    hum: {
      field: 'psi',
      at: { z: 4, y: 4, x: 12 },
      amplitude: 5000,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 100 },
    },
  },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 4 } },
  run: { exchangeEvery: 4, keepWavesIn: 'f16' },
};
const boxes = [0, 8, 16].map((x) => ({ lo: [0, 0, x], hi: [8, 8, x + 8] }) as const);
const STEPS = 8;

let gpu: Device;
let plain: Device;
let checker: Checker;
beforeAll(async () => {
  gpu = await deviceOf(await createWebgpuEngine(await dawnAdapter()));
  plain = await deviceOf(await createWasmEngine());
  checker = new Checker(() => createWasmEngine());
});
afterAll(async () => {
  await checker.close();
  await gpu.engine.close();
  await plain.engine.close();
});

async function play(devices: readonly Device[], spans: number, of: JobFileInput = file): Promise<PlayedRun> {
  const players = await Promise.all(devices.map((device) => newcomer(device)));
  const run = await PlayedRun.start(checkJob(of), boxes, players, { checker });
  try {
    for (let span = 0; span < spans && run.found.length === 0; span++) await run.span(STEPS);
    return run;
  } finally {
    await run.close();
  }
}

describe('where waves are kept in f16', () => {
  it.each([
    ['of sound and layers', file],
    // Two thirds of the largest step are usual. Of a small step more is lost, and of planes that are even most.
    ['with a small time step', { ...file, time: { steps: 1000, dt: 0.02 } }],
    [
      'of even planes',
      {
        ...file,
        sources: {},
        initial: {
          psi: {
            formula: 'plane-wave',
            amplitude: 100,
            wavelength: 12,
            frequency: 1 / 6,
            direction: { z: 0, y: 0, x: 1 },
          },
        },
      },
    ],
  ] satisfies [string, JobFileInput][])(
    'honest devices are checked, and found to be nothing else: %s',
    async (_, of) => {
      const run = await play([gpu, plain, gpu], 6, of);
      expect(run.found).toEqual([]);
      expect(run.checks).toBe(18);
    },
  );

  it.each<Attack>([
    skippedStep,
    missingSource,
    replayedState,
    staleHalo,
    cellOff([3, 5, 11], 0.5),
    notFinite([3, 5, 11]),
  ])('a device that cheats is found out: $name', async (attack) => {
    const liar = { ...gpu, engine: attack.on(gpu.engine) };
    const { found } = await play([gpu, liar, plain], 2);
    expect(found).toMatchObject([{ kind: 'found out', shard: 1 }]);
  });

  it('devices have the same bits where they round alike and keep waves alike', () => {
    const on = (engine: 'wasm' | 'webgpu', allowed: 'f32' | 'f16') => classInJob(allowed, 'one', { engine });
    expect([on('webgpu', 'f32'), on('wasm', 'f16'), keepsHalves(on('wasm', 'f16'))]).toEqual([
      'one',
      'one',
      false,
    ]);
    expect(on('webgpu', 'f16')).not.toBe('one');
    expect(keepsHalves(on('webgpu', 'f16'))).toBe(true);
  });
});
