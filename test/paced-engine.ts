import { cellCount } from '../core/grid/box.js';
import type { Engine, EngineShard } from '../shaders/engine.js';

/**
 * An engine that takes as long as a slower device would: `pace` updates of one component's cells a second, whatever it is when they
 * are made. Cells, and so halos, are the engine's own.
 */
export function paced(engine: Engine, pace: () => number): Engine {
  return {
    kind: engine.kind,
    device: `${engine.device}, paced`,
    memory: engine.memory,
    createShard: async (spec) => pacedShard(await engine.createShard(spec), spec.components, pace),
    close: () => engine.close(),
  };
}

function pacedShard(shard: EngineShard, components: number, pace: () => number): EngineShard {
  /** When the device is done with what it was given, by the clock of `performance.now`. */
  let free = 0;
  return {
    bytes: shard.bytes,
    write: (slabs, data) => shard.write(slabs, data),
    read: (slabs) => shard.read(slabs),
    async advance(updates) {
      const cells = updates.reduce((sum, { box }) => sum + cellCount(box), 0) * components;
      const seconds = cells / pace();
      free = Math.max(free, performance.now()) + 1000 * seconds;
      const { samples } = await shard.advance(updates);
      // Timers are coarse: what one is late, the next is early.
      const left = free - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      return { samples, seconds };
    },
    swapLevels: () => shard.swapLevels(),
    close: () => shard.close(),
  };
}
