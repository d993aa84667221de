import { describe, expect, test } from 'vitest';
import { EngineError } from '../../core/errors.js';
import { shapeOf } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';
import { engineCompliance } from '../engine.suite.js';
import { suiteShard, suiteUpdate } from '../engine.suite.reference.js';
import { exactAnswers } from '../exact-answers.suite.js';
import { mediaAnswers } from '../media-answers.suite.js';
import type { Cut } from './blocking.js';
import { createWasmEngine } from './engine.js';
import { TestThreads } from './threads.suite.js';

const threads = await TestThreads.prepare();
/** Every shard takes two threads, and as many steps a sweep as both still get a share of. */
const cut = ({ model, dimensions, frame }: ShardSpec): Cut => {
  const lines = shapeOf(frame)[dimensions === 3 ? 0 : 1] - 2 * model.model.radius;
  const steps = Math.min(8, Math.max(1, Math.floor(lines / (4 * model.model.radius))));
  return { blocking: { steps, tile: 5, front: 2 }, threads: 2 };
};
const open = () => createWasmEngine({ threads: threads.source(2), cut });

engineCompliance('wasm on two threads', { open, exact: true });
exactAnswers('wasm on two threads', open);
mediaAnswers('wasm on two threads', open);

describe('the threads of an engine', () => {
  test('end with it', async () => {
    const engine = await open();
    await engine.createShard(suiteShard);
    const ended = new Promise((resolve) => threads.workers.at(-1)?.once('exit', resolve));
    await engine.close();
    await ended;
  });

  test('are not started for a shard that is too small for them', async () => {
    const before = threads.workers.length;
    const engine = await createWasmEngine({ threads: threads.source(2) });
    await (await engine.createShard(suiteShard)).advance([suiteUpdate]);
    expect(threads.workers).toHaveLength(before);
    await engine.close();
  });

  test('that die while they load a shard refuse it', async () => {
    const engine = await createWasmEngine({ threads: threads.source(2, 'load'), cut });
    await expect(engine.createShard(suiteShard)).rejects.toThrow(/thread of the wasm engine has ended: .*3/);
    await engine.close();
  });

  test('let go of a shard that one of them cannot load', async () => {
    const inThree = (spec: ShardSpec): Cut => ({ ...cut(spec), threads: 3 });
    const engine = await createWasmEngine({ threads: threads.sourceWithOneThatRefuses(3), cut: inThree });
    await expect(engine.createShard(suiteShard)).rejects.toThrow(/thread of the wasm engine cannot start/);
    expect(threads.orders.slice(-2)).toEqual([
      ['load', 'unload'],
      ['load', 'unload'],
    ]);
    await engine.close();
  });

  test('that die in the middle of their work fail it, and all that comes later', async () => {
    const engine = await createWasmEngine({ threads: threads.source(2, 'advance'), cut });
    const shard = await engine.createShard(suiteShard);
    await expect(shard.advance([suiteUpdate, suiteUpdate])).rejects.toThrow(/has not moved for 0.2 s/);
    await expect(shard.read([])).rejects.toThrow(EngineError);
    await expect(engine.createShard(suiteShard)).rejects.toThrow(EngineError);
    await engine.close();
  });

  test('that die between two courses fail the next', async () => {
    const engine = await open();
    const shard = await engine.createShard(suiteShard);
    await shard.advance([suiteUpdate]);
    await threads.workers.at(-1)?.terminate();
    await expect(shard.advance([suiteUpdate])).rejects.toThrow(/thread of the wasm engine has ended/);
    await engine.close();
  });
});
