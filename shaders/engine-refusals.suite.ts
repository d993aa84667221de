import { expect, it } from 'vitest';
import { EngineError } from '../core/errors.js';
import { boxOfShape, cellCount, grow, shift, type Triple } from '../core/grid/box.js';
import type { ShardSpec, Slab } from './engine.js';
import { type Bench, FRAME, row } from './engine-bench.suite.js';

/** An engine refuses what makes no sense, and what is asked of it too late. */
export function refusalTests(bench: Bench): void {
  const { create, createRandom, expectSameState, specOf, open } = bench;

  it('refuses a shard that does not fit, says how large it is, and goes on', async () => {
    const spec = specOf(FRAME);
    const { shard, reference } = await createRandom(spec, 11);
    const side = Math.ceil(Math.cbrt(bench.engine.memory));
    const refused = bench.engine.createShard(specOf(boxOfShape([side, side, side])));
    await expect(refused).rejects.toThrow(EngineError);
    await expect(refused).rejects.toThrow(/\d+ bytes/);
    const update = { box: grow(FRAME, [-1, -1, -1]), time: 0 };
    reference.update(update);
    await shard.advance([update]);
    await expectSameState(shard, reference, spec);
  });

  it('refuses a spec that makes no sense', async () => {
    const outside: Triple = [FRAME.lo[0] - 1, FRAME.lo[1], FRAME.lo[2]];
    const senseless: Partial<ShardSpec>[] = [
      { frame: { lo: FRAME.lo, hi: FRAME.lo } },
      { dimensions: 2 },
      { components: 0 },
      { constants: {} },
      { constants: { coupling: 1e60 } },
      { probes: [{ component: 0, field: 'psi', cell: outside }] },
      { probes: [{ component: 2, field: 'psi', cell: FRAME.lo }] },
    ];
    for (const more of senseless) {
      await expect(bench.engine.createShard(specOf(FRAME, more))).rejects.toThrow(EngineError);
    }
  });

  it('refuses cells, fields and data that it does not hold, and changes nothing', async () => {
    const spec = specOf(FRAME);
    const { shard, reference } = await createRandom(spec, 13);
    const slab: Slab = { component: 0, field: 'psi', level: 'now', box: row(2) };
    const unknown: Slab[] = [
      { ...slab, box: shift(FRAME, [0, 0, 1]) },
      { ...slab, component: 2 },
      { ...slab, field: 'phi' },
      { ...slab, field: 'rms2', level: 'before' },
    ];
    for (const wrong of unknown) {
      await expect(shard.read([slab, wrong])).rejects.toThrow(EngineError);
      const data = new Float32Array(2 + cellCount(wrong.box));
      await expect(shard.write([slab, wrong], data)).rejects.toThrow(EngineError);
    }
    await expect(shard.write([slab], new Float32Array(3))).rejects.toThrow(EngineError);
    const inner = { box: grow(FRAME, [-1, -1, -1]), time: 0 };
    for (const box of [FRAME, { lo: FRAME.lo, hi: FRAME.lo }]) {
      await expect(shard.advance([inner, { box, time: 1 }])).rejects.toThrow(EngineError);
    }
    await expectSameState(shard, reference, spec);
  });

  it('refuses what a closed shard is asked, and lets it be closed again', async () => {
    const shard = await create(specOf(FRAME));
    await shard.close();
    await expect(shard.read([])).rejects.toThrow(EngineError);
    await expect(shard.write([], new Float32Array(0))).rejects.toThrow(EngineError);
    await expect(shard.advance([])).rejects.toThrow(EngineError);
    await shard.close();
  });

  it('refuses everything once it is closed itself', async () => {
    const second = await open();
    const shard = await second.createShard(specOf(FRAME));
    await second.close();
    await expect(shard.read([])).rejects.toThrow(EngineError);
    await expect(second.createShard(specOf(FRAME))).rejects.toThrow(EngineError);
    await shard.close();
    await second.close();
  });

  it('hands out no shard that was still being made when it was closed', async () => {
    const second = await open();
    const refused = expect(second.createShard(specOf(FRAME))).rejects.toThrow(EngineError);
    await second.close();
    await refused;
  });
}
