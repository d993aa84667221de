import { describe, expect, it } from 'vitest';
import { DeviceLostError, EngineError } from '../../core/errors.js';
import { boxOfShape, cellCount, grow } from '../../core/grid/box.js';
import { differingBits } from '../../test/bits.js';
import type { Engine, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { engineCompliance } from '../engine.suite.js';
import { stateArraysOf, suiteShard, suiteUpdate } from '../engine.suite.reference.js';
import { createWasmEngine } from '../wasm/engine.js';
import { dawnAdapter } from '../webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../webgpu/engine.js';
import { recoveringEngine } from './engine.js';

const PLENTY = 1e9;

// Each device lives a little longer than the one before, so that what is set up again is not lost for ever.
for (const leastInterval of [0, 1e9]) {
  const keeps = leastInterval === 0 ? 'keeps its state all the time' : 'keeps no state but the log';
  engineCompliance(`recovering (${keeps}; its devices die young)`, {
    exact: true,
    open: () => {
      let devices = 0;
      return recoveringEngine({
        open: async () => mortal(await createWasmEngine(), 5 * ++devices),
        memory: PLENTY,
        mostTries: 1000,
        leastInterval,
      });
    },
  });
}

describe('a GPU that is lost in the midst of a run', () => {
  const frame = boxOfShape([20, 20, 20]);
  const spec: ShardSpec = { ...suiteShard, frame, probes: [{ component: 0, field: 'psi', cell: [9, 9, 9] }] };
  const box = grow(frame, [-1, -1, -1]);
  const updates = Array.from({ length: 240 }, (_, time): Update => ({ box, time }));
  const halo: Slab = { component: 0, field: 'psi', level: 'now', box: { lo: [0, 0, 0], hi: [1, 20, 20] } };
  const whole = stateArraysOf(spec).map((array): Slab => ({ ...array, box: frame }));

  /** Halos written and read between advances, as in a run; `disturb` is called in the middle. */
  const run = async (engine: Engine, disturb: () => void) => {
    const shard = await engine.createShard(spec);
    const data = Float32Array.from({ length: cellCount(frame) }, (_, cell) => Math.sin(cell));
    await shard.write([whole[0] as Slab], data);
    const seen: Float32Array[] = [];
    for (let first = 0; first < updates.length; first += 30) {
      const advanced = shard.advance(updates.slice(first, first + 30));
      if (first === 120) disturb();
      const read = shard.read([halo]);
      seen.push((await advanced).samples, await read);
      await shard.write([halo], data.subarray(first, first + 400));
    }
    seen.push(await shard.read(whole));
    await shard.close();
    return seen;
  };

  it('is opened again, and the waves are the same to the bit', async () => {
    const undisturbed = await createWebgpuEngine(await dawnAdapter());
    const expected = await run(undisturbed, () => undefined);
    await undisturbed.close();
    for (const leastInterval of [0, 1e9]) {
      const gpu = watchedGpu();
      const engine = await recoveringEngine({ open: gpu.open, memory: PLENTY, leastInterval });
      const runs = [run(engine, () => gpu.devices.at(-1)?.destroy()), run(engine, () => undefined)];
      for (const result of await Promise.all(runs)) expect(differingBits(result, expected)).toBe(0);
      expect(gpu.devices).toHaveLength(2);
      await engine.close();
    }
  });

  it('and is lost again and again in the same steps is given up, with the reason', async () => {
    const open = async () => mortal(await createWasmEngine(), 4);
    const engine = await recoveringEngine({ open, memory: PLENTY });
    const shard = await engine.createShard(suiteShard);
    const calls = Array.from({ length: 10 }, () => shard.advance([suiteUpdate]));
    await expect(Promise.all(calls)).rejects.toThrow(/lost 4 times in the same steps/);
    await expect(shard.read([])).rejects.toThrow(EngineError);
    await shard.close();
    await engine.close();
  });

  it('is not waited for by those who close the shard: it goes no further than the call that it is at', async () => {
    const wasm = await createWasmEngine();
    const calls = { advance: 0, close: 0 };
    const closed: Promise<void>[] = [];
    const second: Engine = {
      ...methodsOf(wasm),
      createShard: async (spec) => {
        const made = await wasm.createShard(spec);
        return {
          ...methodsOf(made),
          advance: (updates) => {
            calls.advance += 1;
            closed.push(shard.close());
            return made.advance(updates);
          },
          close: () => {
            calls.close += 1;
            return made.close();
          },
        };
      },
    };
    const devices = [mortal(await createWasmEngine(), 10), second];
    const open = async () => devices.shift() as Engine;
    const engine = await recoveringEngine({ open, memory: PLENTY, leastInterval: 1e9 });
    const shard = await engine.createShard(suiteShard);
    for (let call = 0; call < 9; call++) await shard.advance([suiteUpdate]);
    await expect(shard.advance([suiteUpdate])).rejects.toThrow('the shard is closed');
    await Promise.all(closed);
    expect(calls).toEqual({ advance: 1, close: 1 });
    await engine.close();
  });

  it('and comes back as another device is not trusted to compute the same', async () => {
    let devices = 0;
    const open = async (): Promise<Engine> => {
      const engine = mortal(await createWasmEngine(), 2);
      return { ...engine, device: `card ${++devices}` };
    };
    const engine = await recoveringEngine({ open, memory: PLENTY, pauses: [0, 0.01] });
    const shard = await engine.createShard(suiteShard);
    await shard.advance([suiteUpdate]);
    const lost = shard.advance([suiteUpdate]);
    await expect(lost).rejects.toThrow(/does not come back: in place of card 1 there is card \d now/);
    await shard.close();
    await engine.close();
  });
});

describe('what is kept of a shard', () => {
  /** How often the state was read as a whole, in so many calls a second apart; reading it takes `cost` seconds. */
  const keepPoints = async (calls: number, cost: number, memory = PLENTY) => {
    let clock = 0;
    let reads = 0;
    const wasm = await createWasmEngine();
    const open = async (): Promise<Engine> => ({
      ...methodsOf(wasm),
      createShard: async (spec) => {
        const shard = await wasm.createShard(spec);
        return {
          ...methodsOf(shard),
          read: async (slabs) => {
            const cells = await shard.read(slabs);
            await new Promise((resolve) => setTimeout(resolve));
            reads += 1;
            clock += cost / stateArraysOf(spec).length;
            return cells;
          },
        };
      },
    });
    const engine = await recoveringEngine({ open, memory, now: () => clock });
    const shard = await engine.createShard(suiteShard);
    for (let call = 0; call < calls; call++) {
      await shard.advance([suiteUpdate]);
      await new Promise((resolve) => setTimeout(resolve, 2));
      clock += 1;
    }
    await engine.close();
    return reads / stateArraysOf(suiteShard).length;
  };

  it('is renewed so seldom that it costs two hundredths of the time', async () => {
    expect(await keepPoints(40, 0.001)).toBeGreaterThan(30);
    // 0.2 s are a fiftieth of 10 s.
    const dear = await keepPoints(60, 0.2);
    expect(dear).toBeGreaterThanOrEqual(4);
    expect(dear).toBeLessThanOrEqual(7);
  });

  it('is nothing, where that would take more memory than there is', async () => {
    expect(await keepPoints(10, 0.001, 3 * 8 * 8 * 8 * 4)).toBe(0);
  });
});

/** An engine whose device is lost after so many calls; the last of them is made, but not answered. */
function mortal(engine: Engine, calls: number): Engine {
  let left = calls;
  const lost = () => new DeviceLostError('the GPU was lost (in a test)');
  const living = async <T>(call: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left < 0) throw lost();
    const answer = await call();
    if (left <= 0) throw lost();
    return answer;
  };
  return {
    ...methodsOf(engine),
    createShard: async (spec) => {
      if (left <= 0) throw lost();
      const shard = await engine.createShard(spec);
      return {
        ...methodsOf(shard),
        write: (slabs, data) => living(() => shard.write(slabs, data)),
        read: (slabs) => living(() => shard.read(slabs)),
        advance: (updates) => living(() => shard.advance(updates)),
        swapLevels: () => living(() => shard.swapLevels()),
      };
    },
  };
}

function methodsOf<T extends Engine | EngineShard>(of: T): T {
  const bound = (name: string) => {
    const value: unknown = Reflect.get(of, name);
    return typeof value === 'function' ? value.bind(of) : value;
  };
  const names = [
    ...['kind', 'device', 'memory', 'bytes', 'createShard'],
    ...['write', 'read', 'advance', 'swapLevels', 'close'],
  ];
  return Object.fromEntries(names.map((name) => [name, bound(name)])) as unknown as T;
}

/** Opens engines on Dawn's GPU, and holds their devices. */
function watchedGpu() {
  const devices: GPUDevice[] = [];
  const open = async () => {
    const { limits, info, features, ...adapter } = await adapterParts();
    const requestDevice = async (descriptor?: GPUDeviceDescriptor) => {
      const device = await adapter.requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return createWebgpuEngine({ limits, info, features, requestDevice } as GPUAdapter);
  };
  return { devices, open };
}

async function adapterParts() {
  const adapter = await dawnAdapter();
  return {
    limits: adapter.limits,
    info: adapter.info,
    features: adapter.features,
    requestDevice: (descriptor?: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
  };
}
