import { expect, it } from 'vitest';
import type { Engine, EngineShard } from '../../shaders/engine.js';
import { dawnAdapter } from '../../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../../shaders/webgpu/engine.js';
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
