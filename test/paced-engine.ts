import { cellCount } from '../core/grid/box.js';
import type { Engine, EngineShard } from '../shaders/engine.js';

/**
 * An engine that takes as long as a slower device would: `pace` updates of one component's cells a second, whatever it is when they
 * are asked for. Cells, and so halos, are the engine's own; what is read is there when the device would have come so far.
 */
export function paced(engine: Engine, pace: () => number): Engine {
  const device: Device = { free: 0 };
  return {
    kind: engine.kind,
    device: `${engine.device}, paced`,
    memory: engine.memory,
    createShard: async (spec) => pacedShard(await engine.createShard(spec), spec.components, pace, device),
    close: () => engine.close(),
  };
}

/** All shards of an engine share it. */
interface Device {
  /** When it is done with what it was given, by the clock of `performance.now`. */
  free: number;
}

function pacedShard(shard: EngineShard, components: number, pace: () => number, device: Device): EngineShard {
  let last: Promise<unknown> = Promise.resolve();
  /** Answers come in the order of the calls, as a device gives them, and none before the device is done with its call. */
  const inTurn = <T>(call: Promise<T>, until: number): Promise<T> => {
    const answered = Promise.all([call, last]).then(async ([answer]) => {
      // Timers are coarse: what one is late, the next is early.
      const left = until - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      return answer;
    });
    last = answered.catch(() => undefined);
    return answered;
  };
  return {
    bytes: shard.bytes,
    write: (slabs, data) => inTurn(shard.write(slabs, data), device.free),
    read: (slabs) => inTurn(shard.read(slabs), device.free),
    async advance(updates) {
      const cells = updates.reduce((sum, { box }) => sum + cellCount(box), 0) * components;
      const seconds = cells / pace();
      device.free = Math.max(device.free, performance.now()) + 1000 * seconds;
      const { samples } = await inTurn(shard.advance(updates), device.free);
      return { samples, seconds };
    },
    swapLevels: () => inTurn(shard.swapLevels(), device.free),
    close: () => shard.close(),
  };
}
