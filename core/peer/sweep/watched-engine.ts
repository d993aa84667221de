import type { Engine, EngineShard } from '../../../shaders/engine.js';

/** The engine, with somebody told of each row of steps that it has made for one of its shards. */
export function watchedEngine(engine: Engine, onMade: (steps: number) => void): Engine {
  return {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    createShard: async (spec) => watchedShard(await engine.createShard(spec), onMade),
    close: () => engine.close(),
  };
}

function watchedShard(shard: EngineShard, onMade: (steps: number) => void): EngineShard {
  return {
    bytes: shard.bytes,
    write: (slabs, data) => shard.write(slabs, data),
    read: (slabs) => shard.read(slabs),
    async advance(updates) {
      const made = await shard.advance(updates);
      onMade(updates.length);
      return made;
    },
    swapLevels: () => shard.swapLevels(),
    close: () => shard.close(),
  };
}
