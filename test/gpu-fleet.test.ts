import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import type { Engine } from '../shaders/engine.js';
import { recoveringEngine } from '../shaders/recovering/engine.js';
import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import { differingBits } from './bits.js';
import { Fleet, type Result } from './fleet.js';

// GPUs in a room: peers that compute with WebGPU, here on a processor that plays one.

const STEPS = 120;
const job: JobFileInput = {
  name: 'gpus',
  model: { base: 'wave', trackers: ['peak'] },
  grid: { shape: [24, 20, 18], spacing: 1, brick: 8 },
  time: { steps: STEPS },
  parameters: { speed: 1 },
  boundary: { z: 'dirichlet', y: 'neumann', x: 'periodic' },
  initial: { psi: { formula: 'gaussian', amplitude: 100, sigma: 3, centre: { z: 10, y: 9, x: 3 } } },
  sources: {
    tap: {
      field: 'psi',
      at: { z: 12, y: 12, x: 11 },
      amplitude: 10,
      signal: { shape: 'ricker', frequency: 0.05 },
    },
  },
  probes: { ear: { at: { z: 16, y: 5, x: 5 }, fields: ['psi'] } },
  outputs: { end: { fields: ['psi', 'peak'] } },
};
const half: JobFileInput = { ...job, run: { keepWavesIn: 'f16', exchangeEvery: 8 } };

let truth: { readonly f32: readonly Float32Array[]; readonly f16: readonly Float32Array[] };
beforeAll(async () => {
  const fleet = await Fleet.start();
  await fleet.join({ engine: (await gpu()).engine });
  truth = { f32: await cellsOf(await fleet.run(job)), f16: await cellsOf(await fleet.run(half)) };
  await fleet.close();
});

let fleet: Fleet | undefined;
afterAll(() => fleet?.close());

test('waves in f16 are the same on one GPU and on two, of which one is lost in the midst of the run and nobody notices', async () => {
  const [one, other] = [await gpu(), await gpu()];
  fleet = await Fleet.start();
  for (const { engine } of [one, other]) await fleet.join({ engine });
  const id = await fleet.submit({ ...half, run: { ...half.run, peers: 2, use: 'all' } });
  while ((fleet.status(id).progress?.step ?? 0) < STEPS / 4) await new Promise((go) => setTimeout(go, 5));
  one.lose();
  const { progress } = await fleet.done(id);
  expect(progress?.step).toBe(STEPS);
  expect(one.devices()).toBe(2);
  expect(fleet.events.map(({ event }) => event)).not.toContain('back');
  expect(differingBits(await cellsOf(fleet.result(id)), truth.f16)).toBe(0);
  await fleet.close();
  fleet = undefined;
});

test('a processor beside the GPU keeps f32, and together they are within 1% of f32 alone', async () => {
  fleet = await Fleet.start();
  await fleet.join({ engine: (await gpu()).engine });
  await fleet.join();
  const result = await fleet.run({ ...half, run: { ...half.run, peers: 2, use: 'all' } });
  const cells = await cellsOf(result);
  for (const [index, exact] of truth.f32.entries()) {
    const difference = Math.hypot(...exact.map((value, cell) => value - (cells[index]?.[cell] as number)));
    expect(difference / Math.hypot(...exact)).toBeLessThan(0.01);
    expect(difference).toBeGreaterThan(0);
  }
});

async function cellsOf(result: Result): Promise<Float32Array[]> {
  return [
    await result.output('end', 'psi'),
    await result.output('end', 'peak'),
    await result.probe('ear', 'psi'),
  ];
}

test('a grid whose arrays no binding holds is computed in parts on each of two GPUs that offer more memory, to the same bits', async () => {
  const limits = { largestArray: 10_000, memory: 1e9 };
  const [one, other] = [await gpu(limits), await gpu(limits)];
  fleet = await Fleet.start();
  for (const { engine } of [one, other]) await fleet.join({ engine });
  const result = await fleet.run({ ...job, run: { peers: 2, use: 'all', exchangeEvery: 2 } });
  expect(differingBits(await cellsOf(result), truth.f32)).toBe(0);
  for (const { arrays } of [one, other]) {
    // Of each part ψ, the level before and the peak.
    expect(arrays().length).toBeGreaterThanOrEqual(3 * 3);
    expect(Math.max(...arrays())).toBeLessThanOrEqual(limits.largestArray);
  }
  await fleet.close();
  fleet = undefined;
});

test('a wave that leaves the range of f16 fails its job as diverged, far below what f32 holds', async () => {
  fleet = await Fleet.start();
  for (const { engine } of [await gpu(), await gpu()]) await fleet.join({ engine });
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
    time: { steps: 60, dt: 1 },
    initial: { phi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
    probes: { middle: { at: { z: 8, y: 8, x: 8 }, fields: ['phi'] } },
  };
  const run = { peers: 2, use: 'all' } as const;
  const ended = fleet.run({ ...growing, run: { ...run, keepWavesIn: 'f16' } });
  // 2¹⁶ is beyond 65504, the largest number of f16.
  await expect(ended).rejects.toThrow(/failed: diverged: phi is not finite after step 16, as peer \d found/);
  await fleet.run({ ...growing, run });
  await fleet.close();
  fleet = undefined;
});

/** An engine that outlives its devices, a way to lose the one it has, and what that holds. */
async function gpu(options: { readonly largestArray?: number; readonly memory?: number } = {}): Promise<{
  readonly engine: Engine;
  readonly lose: () => void;
  readonly devices: () => number;
  /** Bytes of each array of cells that was made. */
  readonly arrays: () => readonly number[];
}> {
  const devices: GPUDevice[] = [];
  const arrays: number[] = [];
  const open = async () => {
    const adapter = await dawnAdapter();
    const watched = {
      limits: adapter.limits,
      info: adapter.info,
      features: adapter.features,
      requestDevice: async (descriptor?: GPUDeviceDescriptor) => {
        const device = await adapter.requestDevice(descriptor);
        devices.push(device);
        const create = device.createBuffer.bind(device);
        device.createBuffer = (descriptor) => {
          if (/^(psi|peak)\./.test(descriptor.label ?? '')) arrays.push(descriptor.size);
          return create(descriptor);
        };
        return device;
      },
    } as GPUAdapter;
    return createWebgpuEngine(watched, options);
  };
  return {
    engine: await recoveringEngine({ open, memory: 1e9 }),
    lose: () => devices.at(-1)?.destroy(),
    devices: () => devices.length,
    arrays: () => arrays,
  };
}
