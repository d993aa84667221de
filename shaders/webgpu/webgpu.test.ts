import { describe, expect, it } from 'vitest';
import { EngineError } from '../../core/errors.js';
import { type Box, boxOfShape, cellCount, grow } from '../../core/grid/box.js';
import type { Slab } from '../engine.js';
import { engineCompliance } from '../engine.suite.js';
import { suiteModel, suiteShard, suiteUpdate } from '../engine.suite.reference.js';
import { describeAdapter } from './adapter.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';

engineCompliance('webgpu', {
  open: async () => createWebgpuEngine(await dawnAdapter()),
  exact: describeAdapter(await dawnAdapter()).emulated,
});

engineCompliance('webgpu, waves in f16,', {
  open: async () => createWebgpuEngine(await dawnAdapter()),
  exact: describeAdapter(await dawnAdapter()).emulated,
  keepWavesIn: 'f16',
});

describe('a GPU that fails', () => {
  it('ends what waits and what comes later, with the reason', async () => {
    const { engine, device } = await openWithDevice();
    const shard = await engine.createShard(suiteShard);
    const pending = shard.advance(Array.from({ length: 500 }, () => suiteUpdate));
    device.destroy();
    await expect(pending).rejects.toThrow(/lost/);
    await expect(shard.read([])).rejects.toThrow(EngineError);
    await expect(engine.createShard(suiteShard)).rejects.toThrow(EngineError);
    await engine.close();
  });

  it('says what it reports when nobody foresaw it', async () => {
    const { engine, device } = await openWithDevice();
    const shard = await engine.createShard(suiteShard);
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await device.queue.onSubmittedWorkDone();
    await expect(shard.advance([suiteUpdate])).rejects.toThrow(/the GPU reports: .*usage/s);
    await engine.close();
  });

  it('names the line of a model that its compiler refuses, and goes on', async () => {
    const { engine } = await openWithDevice();
    const broken = { ...suiteModel, wgsl: suiteModel.wgsl.replace('step.time', '7u') };
    const refused = engine.createShard({ ...suiteShard, model: { ...suiteShard.model, model: broken } });
    await expect(refused).rejects.toThrow(EngineError);
    await expect(refused).rejects.toThrow(/model suite: line 16: /);
    const shard = await engine.createShard(suiteShard);
    await shard.advance([suiteUpdate]);
    await engine.close();
  });
});

it('updates more rows than one dispatch reaches', async () => {
  const engine = await createWebgpuEngine(await dawnAdapter(), {
    workgroup: { invocations: [1, 1, 256], march: 1 },
  });
  const frame = boxOfShape([1, 65_540, 4]);
  const shard = await engine.createShard({ ...suiteShard, dimensions: 2, frame });
  const whole: Slab = { component: 0, field: 'psi', level: 'now', box: frame };
  await shard.write([whole, { ...whole, level: 'before' }], new Float32Array(2 * cellCount(frame)).fill(1));
  await shard.advance([{ box: grow(frame, [0, -1, -1]), time: 1 }]);
  const cells = await shard.read([whole]);
  const cellOf = (row: number) => cells[4 * row + 1];
  expect(cellOf(1)).not.toBe(1);
  expect(cellOf(65_538)).toBe(cellOf(1));
  await engine.close();
});

describe('a slab larger than the staging buffer', () => {
  it('is moved in pieces, whole', async () => {
    const { engine } = await openWithDevice();
    const frame = boxOfShape([20, 500, 500]);
    const shard = await engine.createShard({ ...suiteShard, frame });
    const slabs = [
      { component: 0, field: 'psi', level: 'before', box: { lo: [19, 3, 5], hi: [20, 9, 8] } },
      { component: 0, field: 'psi', level: 'now', box: frame },
    ] as const;
    const data = Float32Array.from({ length: 18 + 5_000_000 }, (_, index) => index);
    await shard.write(slabs, data);
    const back = await shard.read(slabs);
    expect(back.every((value, index) => value === index)).toBe(true);
    expect(back).toHaveLength(data.length);
    back.fill(0);
    expect(await shard.read(slabs, back as Float32Array<ArrayBuffer>)).toBe(back);
    expect(back.every((value, index) => value === index)).toBe(true);
    await expect(shard.read(slabs, new Float32Array(3))).rejects.toThrow(EngineError);
    await engine.close();
  });
});

it('more boxes than one lot takes are read whole, in their order', async () => {
  const { engine } = await openWithDevice();
  const frame = boxOfShape([64, 80, 4]);
  const shard = await engine.createShard({ ...suiteShard, frame });
  const whole = { component: 0, field: 'psi', level: 'now', box: frame } as const;
  await shard.write(
    [whole],
    Float32Array.from({ length: cellCount(frame) }, (_, index) => index),
  );
  const rows = Array.from({ length: 64 * 80 }, (_, row): Box => {
    const [z, y] = [Math.floor(row / 80), row % 80];
    return { lo: [z, y, 0], hi: [z + 1, y + 1, 4] };
  });
  const back = await shard.read(rows.map((box) => ({ ...whole, box })));
  expect(back.every((value, index) => value === index)).toBe(true);
  await engine.close();
});

describe('an adapter', () => {
  it('is described, and known for an emulation by its driver', async () => {
    const info = { vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe (LLVM 15)' };
    expect(describeAdapter({ info: { ...info, isFallbackAdapter: false } } as GPUAdapter)).toEqual({
      device: 'llvmpipe (LLVM 15)',
      emulated: true,
    });
    const card = { vendor: 'nvidia', architecture: 'hopper', device: '', description: '' };
    expect(describeAdapter({ info: { ...card, isFallbackAdapter: false } } as GPUAdapter)).toEqual({
      device: 'nvidia hopper',
      emulated: false,
    });
  });
});

/** An engine, and the device under it. */
async function openWithDevice() {
  const adapter = await dawnAdapter();
  let device: GPUDevice | undefined;
  const engine = await createWebgpuEngine({
    limits: adapter.limits,
    info: adapter.info,
    features: adapter.features,
    requestDevice: async (descriptor?: GPUDeviceDescriptor) => {
      device = await adapter.requestDevice(descriptor);
      return device;
    },
  } as GPUAdapter);
  if (!device) throw new Error('the engine asked for no device');
  return { engine, device };
}
