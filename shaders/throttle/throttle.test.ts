import { describe, expect, it } from 'vitest';
import { boxOfShape, grow } from '../../core/grid/box.js';
import { fingerprint } from '../../core/result/fingerprint.js';
import type { Engine, EngineShard, Slab, Update } from '../engine.js';
import { engineCompliance } from '../engine.suite.js';
import { suiteShard } from '../engine.suite.reference.js';
import { createWasmEngine } from '../wasm/engine.js';
import type { Clock } from './duty-cycle.js';
import { throttledEngine } from './engine.js';

/** A clock that stands still, except that whoever waits for it moves it there, and that a device's work does. */
class QuickClock implements Clock {
  seconds = 0;
  /** What has been waited for. */
  rested = 0;

  now(): number {
    return this.seconds;
  }

  after(seconds: number, run: () => void): () => void {
    const handle = setImmediate(() => {
      this.pass(seconds);
      this.rested += seconds;
      run();
    });
    return () => clearImmediate(handle);
  }

  pass(seconds: number): void {
    this.seconds += seconds;
  }
}

/** Takes `secondsAStep` of the clock for a step, and `untold` for each advance that it does not tell. */
function timed(engine: Engine, clock: QuickClock, secondsAStep: () => number, untold = 0): Engine {
  return {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    close: () => engine.close(),
    createShard: async (spec) => {
      const shard = await engine.createShard(spec);
      return {
        bytes: shard.bytes,
        write: (slabs, data) => shard.write(slabs, data),
        read: (slabs) => shard.read(slabs),
        swapLevels: () => shard.swapLevels(),
        close: () => shard.close(),
        async advance(updates) {
          const { samples } = await shard.advance(updates);
          const seconds = updates.length * secondsAStep();
          clock.pass(seconds + untold);
          return { samples, seconds };
        },
      };
    },
  };
}

engineCompliance('wasm at 30%', {
  exact: true,
  open: async () => {
    const clock = new QuickClock();
    const engine = throttledEngine(
      timed(await createWasmEngine(), clock, () => 0.01),
      clock,
    );
    await engine.limitTo(0.3);
    return engine;
  },
});

const frame = boxOfShape([12, 12, 12]);
const whole: Slab = { component: 0, field: 'psi', level: 'now', box: frame };

const stepsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i): Update => ({ box: grow(frame, [-1, -1, -1]), time: first + i }));

async function openShard(engine: Engine): Promise<EngineShard> {
  const shard = await engine.createShard({ ...suiteShard, frame });
  await shard.write(
    [whole],
    Float32Array.from({ length: 12 ** 3 }, (_, cell) => Math.sin(cell)),
  );
  return shard;
}

/** `untold`: seconds that each advance takes and the device does not tell. */
async function open(secondsAStep: () => number = () => 0.01, untold = 0) {
  const clock = new QuickClock();
  const engine = throttledEngine(timed(await createWasmEngine(), clock, secondsAStep, untold), clock);
  return { clock, engine, shard: await openShard(engine) };
}

describe.each([0.1, 0.25, 0.8])('a device held to a share of %d', (share) => {
  it('computes for that share of the time, whatever each advance takes, and says so in its seconds', async () => {
    let drawn = 0;
    const { clock, engine, shard } = await open(() => [0.001, 0.03, 0.2][drawn++ % 3] as number);
    await engine.limitTo(share);
    let worked = 0;
    let told = 0;
    for (let turn = 0; turn < 60; turn++) {
      const before = clock.rested;
      const began = clock.seconds;
      const { seconds } = await shard.advance(stepsFrom(turn, 1));
      worked += clock.seconds - began - (clock.rested - before);
      told += seconds;
    }
    const part = worked / (worked + clock.rested);
    // The last advance has not been rested for yet.
    expect(part).toBeGreaterThan(0.97 * share);
    expect(part).toBeLessThan(1.08 * share);
    expect(told * share).toBeCloseTo(worked, 6);
    await engine.close();
  });
});

describe('a device held to a quarter', () => {
  it('makes the same bits', async () => {
    const free = await open();
    const held = await open();
    await held.engine.limitTo(0.25);
    const cells = await Promise.all(
      [free, held].map(async ({ shard }) => {
        const advances = [0, 5, 10].map((first) => shard.advance(stepsFrom(first, 5)));
        const read = shard.read([whole]);
        await Promise.all(advances);
        return fingerprint(await read);
      }),
    );
    expect(cells[0]).toEqual(cells[1]);
  });

  it('gives out what it has made before it rests', async () => {
    const { clock, engine, shard } = await open();
    await engine.limitTo(0.25);
    await shard.advance(stepsFrom(0, 10));
    await shard.read([whole]);
    expect(clock.rested).toBe(0);
    await shard.advance(stepsFrom(10, 10));
    expect(clock.rested).toBeGreaterThan(0.2);
  });

  it('counts time without work as rest', async () => {
    const { clock, engine, shard } = await open();
    await engine.limitTo(0.25);
    await shard.advance(stepsFrom(0, 10));
    clock.pass(1);
    await shard.advance(stepsFrom(10, 10));
    expect(clock.rested).toBe(0);
  });

  it('rests by the clock after work that its device says took no time', async () => {
    const { clock, engine, shard } = await open(() => 0, 0.1);
    await engine.limitTo(0.25);
    await shard.advance(stepsFrom(0, 1));
    await shard.advance(stepsFrom(1, 1));
    expect(clock.rested).toBeGreaterThan(0.2);
    await engine.close();
  });

  it('has all its shards rest together', async () => {
    const { clock, engine, shard } = await open();
    const other = await openShard(engine);
    await engine.limitTo(0.25);
    for (let turn = 0; turn < 20; turn++) {
      await Promise.all([shard.advance(stepsFrom(turn, 10)), other.advance(stepsFrom(turn, 10))]);
    }
    expect((20 * 2 * 0.1) / clock.seconds).toBeLessThan(0.27);
  });

  it('works on at once when it may again, and when its shard is closed', async () => {
    const stuck: Clock = { now: () => 0, after: () => () => {} };
    const engine = throttledEngine(await createWasmEngine(), stuck);
    const shard = await openShard(engine);
    await engine.limitTo(1e-9);
    await shard.advance(stepsFrom(0, 1));
    const released = shard.advance(stepsFrom(1, 1));
    await engine.limitTo(1);
    expect((await released).samples).toBeDefined();

    await engine.limitTo(1e-9);
    await shard.advance(stepsFrom(2, 1));
    const last = shard.advance(stepsFrom(3, 1));
    await Promise.all([last, shard.close()]);
    await engine.close();
  });
});

it('a share is over 0 and up to 1', async () => {
  const engine = throttledEngine(await createWasmEngine());
  for (const share of [0, -1, 1.1, Number.NaN])
    await expect(engine.limitTo(share)).rejects.toThrow(RangeError);
  await engine.close();
});
