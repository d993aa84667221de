import { cellCount } from '../../core/grid/box.js';
import type { Engine, EngineShard } from '../../shaders/engine.js';

/** Seconds that an engine was busy; it has to compute where it is called, so that nothing else is counted with it. */
export class Spent {
  /** With updates of cells. */
  computing = 0;
  /** With reads of at least so many cells as `largeRead` names: whole states. */
  readingStates = 0;
  /** With all else: shards that are opened, writes, and other reads. */
  other = 0;

  get all(): number {
    return this.computing + this.readingStates + this.other;
  }
}

/** An engine that notes what it spends its time with. */
export function timed(engine: Engine, spent: Spent, largeRead: number): Engine {
  const others = async <T>(call: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const made = await call();
    spent.other += (performance.now() - began) / 1000;
    return made;
  };
  return {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    close: () => engine.close(),
    async createShard(spec) {
      const shard = await others(() => engine.createShard(spec));
      return timedShard(shard, spent, largeRead, others);
    },
  };
}

function timedShard(
  shard: EngineShard,
  spent: Spent,
  largeRead: number,
  others: <T>(call: () => Promise<T>) => Promise<T>,
): EngineShard {
  return {
    bytes: shard.bytes,
    write: (slabs, data) => others(() => shard.write(slabs, data)),
    async read(slabs) {
      if (slabs.reduce((sum, { box }) => sum + cellCount(box), 0) < largeRead) {
        return others(() => shard.read(slabs));
      }
      const began = performance.now();
      const cells = await shard.read(slabs);
      spent.readingStates += (performance.now() - began) / 1000;
      return cells;
    },
    async advance(updates) {
      const made = await shard.advance(updates);
      spent.computing += made.seconds;
      return made;
    },
    swapLevels: () => shard.swapLevels(),
    close: () => shard.close(),
  };
}
