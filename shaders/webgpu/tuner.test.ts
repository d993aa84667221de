import { expect, it } from 'vitest';
import { boxOfShape, cellCount, grow } from '../../core/grid/box.js';
import { differingBits } from '../../test/bits.js';
import type { ShardSpec } from '../engine.js';
import { suiteShard } from '../engine.suite.reference.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';
import { candidatesFor, readWorkgroup } from './workgroup.js';
import type { WorkgroupMemory } from './workgroup-memory.js';

const frame = boxOfShape([34, 34, 34]);
const spec: ShardSpec = { ...suiteShard, frame };

it('a GPU is tuned once for a model, and what was found is remembered', async () => {
  const notes = new Map<string, string>();
  const first = await openedWith(notes);
  const bits = await wavesOn(first, spec);
  expect(first.kernels).toBeGreaterThan(1);
  const [[key = '', found = ''] = []] = notes;
  expect(key).toMatch(/^a card\|suite\|[0-9a-f]+\|3D\|0$/);
  expect(readWorkgroup(found, 3)).toBeDefined();

  const second = await openedWith(notes);
  expect(differingBits([await wavesOn(second, spec)], [bits])).toBe(0);
  expect(second.kernels).toBe(1);

  notes.set(key, '1,1,256,1');
  const small = await openedWith(notes);
  await wavesOn(small, suiteShard);
  expect(small.code).toMatch(/@workgroup_size\(256, 1, 1\)/);
});

it('a memory that is corrupt or broken costs a measurement and no more', async () => {
  const notes = new Map<string, string>();
  const bits = await wavesOn(await openedWith(notes), spec);
  const [key = ''] = notes.keys();
  for (const corrupt of ['', 'nonsense', '1,4,64', '1,1000000,64,1', '0,0,0,0']) {
    notes.set(key, corrupt);
    expect(differingBits([await wavesOn(await openedWith(notes), spec)], [bits])).toBe(0);
    expect(candidatesFor(3)).toContain(readWorkgroup(notes.get(key) ?? '', 3));
  }
  const broken: WorkgroupMemory = {
    get: () => Promise.reject(new Error('unreadable')),
    set: () => Promise.reject(new Error('full')),
  };
  expect(differingBits([await wavesOn(await openedWith(broken), spec)], [bits])).toBe(0);
});

it('neither a small shard nor a processor that plays a GPU is worth tuning', async () => {
  const notes = new Map<string, string>();
  const small = await openedWith(notes);
  await wavesOn(small, suiteShard);
  expect(small.kernels).toBe(1);
  const emulated = await openedWith(notes, { ...(await dawnAdapter()).info, description: 'llvmpipe' });
  await wavesOn(emulated, spec);
  expect(emulated.kernels).toBe(1);
  expect(notes.size).toBe(0);
});

const CARD = {
  vendor: 'acme',
  architecture: '',
  device: '',
  description: 'a card',
  isFallbackAdapter: false,
};

/** An engine on an adapter that says this of itself, and how many update kernels it has compiled. */
async function openedWith(
  notes: Map<string, string> | WorkgroupMemory,
  info: Partial<GPUAdapterInfo> = CARD,
) {
  const adapter = await dawnAdapter();
  const workgroups: WorkgroupMemory =
    notes instanceof Map
      ? { get: async (key) => notes.get(key), set: async (key, value) => void notes.set(key, value) }
      : notes;
  const kernels: string[] = [];
  const counting = {
    limits: adapter.limits,
    info,
    features: adapter.features,
    requestDevice: async (descriptor?: GPUDeviceDescriptor) => {
      const device = await adapter.requestDevice(descriptor);
      const compile = device.createShaderModule.bind(device);
      device.createShaderModule = (module) => {
        if (module.code.includes('gs_update')) kernels.push(module.code);
        return compile(module);
      };
      return device;
    },
  } as GPUAdapter;
  const engine = await createWebgpuEngine(counting, { workgroups, tuneFrom: 32 ** 3 });
  return {
    engine,
    get kernels() {
      return kernels.length;
    },
    /** Of the last one. */
    get code() {
      return kernels.at(-1);
    },
  };
}

async function wavesOn({ engine }: Awaited<ReturnType<typeof openedWith>>, spec: ShardSpec) {
  const slab = { component: 0, field: 'psi', level: 'now', box: spec.frame } as const;
  const shard = await engine.createShard(spec);
  const data = Float32Array.from({ length: cellCount(spec.frame) }, (_, cell) => Math.sin(cell));
  await shard.write([slab], data);
  await shard.advance([{ box: grow(spec.frame, [-1, -1, -1]), time: 0 }]);
  const cells = await shard.read([slab]);
  await engine.close();
  return cells;
}
