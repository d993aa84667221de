import { expect, it } from 'vitest';
import type { Engine, EngineShard } from '../../shaders/engine.js';
import type { Clock } from '../../shaders/throttle/duty-cycle.js';
import { throttledEngine } from '../../shaders/throttle/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { dawnAdapter } from '../../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../../shaders/webgpu/engine.js';
import { cellCount } from '../grid/box.js';
import { abilitySchema } from '../protocol/messages.js';
import { calibrate } from './calibrate.js';

it('a calibration says what the coordinator asks of a peer, and leaves no shard behind', async () => {
  const engine = await createWebgpuEngine(await dawnAdapter());
  const shards: EngineShard[] = [];
  const watched: Engine = {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    createShard: async (spec) => {
      const shard = await engine.createShard(spec);
      shards.push(shard);
      return shard;
    },
    close: () => engine.close(),
  };

  const ability = abilitySchema.parse(await calibrate(watched));

  expect(ability).toMatchObject({ engine: 'webgpu', device: engine.device, memory: engine.memory });
  expect(ability.rate).toBeGreaterThan(1e4);
  expect(shards.length).toBeGreaterThan(0);
  for (const shard of shards) await expect(shard.read([])).rejects.toThrow(/closed/);
  await engine.close();
});

it('an engine with little memory is calibrated on a cube that it can hold', async () => {
  const engine = await createWebgpuEngine(await dawnAdapter());
  const edges: number[] = [];
  const small: Engine = {
    kind: engine.kind,
    device: 'x'.repeat(400),
    memory: 8 * 1024 * 1024,
    createShard: (spec) => {
      edges.push(spec.frame.hi[0]);
      return engine.createShard(spec);
    },
    close: () => engine.close(),
  };
  const ability = abilitySchema.parse(await calibrate(small));
  expect(ability.rate).toBeGreaterThan(1e4);
  expect(edges).toEqual([48]);
  await engine.close();
});

/** Takes 20 ns of no clock for a cell. */
function ofFixedRate(engine: Engine): Engine {
  return {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    close: () => engine.close(),
    createShard: async (spec) => {
      const shard = await engine.createShard(spec);
      const advance = shard.advance.bind(shard);
      shard.advance = async (updates) => {
        const cells = updates.reduce((sum, { box }) => sum + cellCount(box), 0);
        return { ...(await advance(updates)), seconds: 20e-9 * cells };
      };
      return shard;
    },
  };
}

it('a device held to a quarter is taken for one of a quarter of its rate', async () => {
  const rates: number[] = [];
  for (const share of [1, 0.25]) {
    let now = 0;
    const clock: Clock = {
      now: () => now,
      after: (seconds, run) => {
        now += seconds;
        queueMicrotask(run);
        return () => {};
      },
    };
    const engine = throttledEngine(ofFixedRate(await createWasmEngine()), clock);
    await engine.limitTo(share);
    rates.push((await calibrate(engine)).rate);
    await engine.close();
  }
  expect(rates[0]).toBeCloseTo(50e6, 0);
  expect(rates[1]).toBeCloseTo(12.5e6, 0);
});
