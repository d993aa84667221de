import type { Engine } from '../../../shaders/engine.js';
import { type Asked, type Cone, endSlabs, startSlabs } from '../cone.js';
import { type Physics, shardOf, sourcesReaching } from '../physics.js';

/**
 * Computes the end of a cone from its start on an engine, as the shard that holds the box would have: bit for bit on the same numerical class.
 * `start` has the cells of `startSlabs(physics, cone, asked)`, when `from` steps had been made; the cells of `endSlabs` come back. Rejects
 * with what the engine, or a medium, rejects with.
 */
export async function recompute(
  engine: Engine,
  physics: Physics,
  cone: Cone,
  asked: Asked,
  from: number,
  start: Float32Array,
): Promise<Float32Array> {
  const shard = await engine.createShard(shardOf(physics, cone.held));
  try {
    for (const [field, medium] of physics.media) {
      if (typeof medium === 'number') continue;
      await shard.write([{ component: 0, field, level: 'now', box: cone.held }], await medium(cone.held));
    }
    await shard.write(startSlabs(physics, cone, asked), start);
    const sources = sourcesReaching(physics, cone.held);
    if (cone.updates.length > 0) {
      await shard.advance(
        cone.updates.map((box, step) => ({
          box,
          time: (from + step) * physics.dt,
          amplitudes: sources.map(({ amplitude }) => amplitude(from + step)),
        })),
      );
    }
    return await shard.read(endSlabs(physics, cone, asked));
  } finally {
    await shard.close();
  }
}
