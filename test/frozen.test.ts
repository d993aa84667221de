import { afterEach, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';
import { paced } from './paced-engine.js';

const job: JobFileInput = {
  name: 'frozen',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 150, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 6, y: 9, x: 7 } } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 2, exchangeEvery: 4 },
};

/** Cell updates a second of each peer: two of them are worth their halos. */
const PACE = 3e5;

let fleet: Fleet;
let truth: Float32Array;

beforeAll(async () => {
  fleet = await Fleet.start();
  await fleet.join();
  truth = await (await fleet.run({ ...job, run: { peers: 1 } })).output('end', 'psi');
  await fleet.close();
});
afterEach(() => fleet.close());

/** An engine that answers no more after so many advances, as a device whose driver hangs. */
function hanging(engine: Engine, after: number): Engine {
  let left = after;
  return {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    async createShard(spec) {
      const shard = await engine.createShard(spec);
      return {
        bytes: shard.bytes,
        write: (slabs, data) => shard.write(slabs, data),
        read: (slabs) => shard.read(slabs),
        swapLevels: () => shard.swapLevels(),
        advance: (updates) => (left-- > 0 ? shard.advance(updates) : new Promise(() => {})),
        close: () => shard.close(),
      };
    },
    close: () => engine.close(),
  };
}

test('a peer whose engine hangs while the peer itself answers is found within seconds, and the run goes on without it', async () => {
  fleet = await Fleet.start();
  const device = async () => paced(await createWasmEngine(), () => PACE);
  await fleet.join({ name: 'sound', rate: PACE, engine: await device() });
  await fleet.join({ name: 'hung', rate: PACE, engine: hanging(await device(), 30) });
  const { id } = await fleet.run(job);
  const back = fleet.events.filter(({ event }) => event === 'back').map(({ details }) => details.reason);
  expect(back).not.toEqual([]);
  for (const reason of back) expect(reason).toMatch(/^hung: its engine has made no step for \d+ s$/);
  expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);
});
