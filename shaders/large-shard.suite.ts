import { boxOfShape, cellCount, grow } from '../core/grid/box.js';
import type { Engine, Slab } from './engine.js';
import { suiteShard } from './engine.suite.reference.js';

/** The cells of a wave some steps on, in a box large enough for several threads. Closes the engine. */
export async function advanceLargeShard(engine: Engine): Promise<Float32Array> {
  const frame = boxOfShape([64, 130, 130]);
  const shard = await engine.createShard({ ...suiteShard, frame });
  const slab: Slab = { component: 0, field: 'psi', level: 'now', box: frame };
  // Whole numbers over a power of two: the same everywhere.
  const start = Float32Array.from({ length: cellCount(frame) }, (_, cell) => ((cell * 7919) % 1024) / 1024);
  await shard.write([slab], start);
  const box = grow(frame, [-1, -1, -1]);
  await shard.advance(Array.from({ length: 10 }, (_, time) => ({ box, time })));
  const cells = await shard.read([slab]);
  await engine.close();
  return cells;
}
