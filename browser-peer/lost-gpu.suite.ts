import { boxOfShape, cellCount, grow } from '../core/grid/box.js';
import type { Engine, Slab, Update } from '../shaders/engine.js';
import { suiteShard } from '../shaders/engine.suite.reference.js';
import { recoveringEngine } from '../shaders/recovering/engine.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import { requestAdapter } from './engines.js';
import { workgroupStore } from './workgroup-store.js';

// What the test of a lost GPU runs in a page.

const frame = boxOfShape([20, 20, 20]);
const box = grow(frame, [-1, -1, -1]);
const psi: Slab = { component: 0, field: 'psi', level: 'now', box: frame };

const devices: GPUDevice[] = [];

async function open(): Promise<Engine> {
  const adapter = await requestAdapter(navigator.gpu);
  if (!adapter) throw new Error('this browser has no GPU');
  const request = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const device = await request(descriptor);
    devices.push(device);
    return device;
  };
  return createWebgpuEngine(adapter);
}

/** The field after 400 steps, in which the device is destroyed or not. */
async function waves(disturb: () => void): Promise<Float32Array> {
  const engine = await recoveringEngine({ open, memory: 1e9 });
  const shard = await engine.createShard({ ...suiteShard, frame });
  await shard.write(
    [psi],
    Float32Array.from({ length: cellCount(frame) }, (_, cell) => Math.sin(cell)),
  );
  for (let first = 0; first < 400; first += 100) {
    const advanced = shard.advance(Array.from({ length: 100 }, (_, i): Update => ({ box, time: first + i })));
    if (first === 200) disturb();
    await advanced;
  }
  const cells = await shard.read([psi]);
  await engine.close();
  return cells;
}

/** How many cells differ for a device that was lost, and how many devices there were. */
async function lostAndFound(): Promise<{ differing: number; devices: number }> {
  const expected = new Uint32Array((await waves(() => undefined)).buffer);
  const found = new Uint32Array((await waves(() => devices.at(-1)?.destroy())).buffer);
  return {
    differing: found.reduce((count, bits, cell) => count + (bits === expected[cell] ? 0 : 1), 0),
    devices: devices.length,
  };
}

/** What a store that is opened anew gives back. */
async function remembered(): Promise<(string | undefined)[]> {
  await workgroupStore().set('a card', '1,4,64,1');
  return [await workgroupStore().get('a card'), await workgroupStore().get('another')];
}

Object.assign(globalThis, { lostAndFound, remembered });
