import { expect, it } from 'vitest';
import { cellCount, grow } from '../core/grid/box.js';
import type { Slab } from './engine.js';
import { stateArraysOf } from './engine.suite.reference.js';
import { type Bench, bits, FRAME, row } from './engine-bench.suite.js';

/** A shard holds what it is handed, and hands it out again. */
export function cellTests(bench: Bench): void {
  const { create, createRandom, expectSame, expectSameState, specOf, keepWavesIn } = bench;

  it('says what it is', () => {
    expect(bench.engine.device).not.toBe('');
    expect(bench.engine.memory).toBeGreaterThan(1024 * 1024);
  });

  it('starts a shard at 0, in every array', async () => {
    const spec = specOf(FRAME);
    const shard = await create(spec);
    const whole = stateArraysOf(spec).map((array) => ({ ...array, box: FRAME }));
    const data = await shard.read(whole);
    expect(data).toHaveLength(cellCount(FRAME) * whole.length);
    expect(data.every((value) => value === 0)).toBe(true);
    // Two of the four arrays are levels of a wave.
    expect(shard.bytes).toBeGreaterThanOrEqual(data.byteLength * (keepWavesIn === 'f32' ? 1 : 3 / 4));
  });

  it('gives back what was written, in any box of any array, later slabs over earlier ones', async () => {
    const spec = specOf(FRAME);
    const { shard, reference, random } = await createRandom(spec, 1);
    for (let round = 0; round < 8; round++) {
      const slabs = Array.from({ length: 6 }, () => random.slab(spec));
      const data = random.values(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
      reference.write(slabs, data);
      await shard.write(slabs, data);
      const asked = Array.from({ length: 6 }, () => random.slab(spec));
      expect(bits(await shard.read(asked))).toEqual(bits(reference.read(asked)));
    }
  });

  if (keepWavesIn === 'f32') {
    it('keeps every bit of what it is handed: signed zeros, subnormals, infinities', async () => {
      const shard = await create(specOf(FRAME));
      const slab: Slab = { component: 1, field: 'psi', level: 'before', box: row(4) };
      const data = Float32Array.of(-0, 1e-42, Number.POSITIVE_INFINITY, Number.NaN);
      await shard.write([slab], data);
      expect(bits(await shard.read([slab]))).toEqual(bits(data));
    });
  }

  it('reads and writes nothing where nothing is asked', async () => {
    const shard = await create(specOf(FRAME));
    const empty: Slab = { component: 0, field: 'psi', level: 'now', box: { lo: FRAME.lo, hi: FRAME.lo } };
    await shard.write([empty], new Float32Array(0));
    expect(await shard.read([empty])).toHaveLength(0);
    expect((await shard.advance([])).samples).toHaveLength(0);
  });

  it('has done with the data it was handed once the write resolves', async () => {
    const shard = await create(specOf(FRAME));
    const slab: Slab = { component: 0, field: 'psi', level: 'now', box: row(3) };
    const buffer = Float32Array.of(9, 1, 2, 3, 9);
    await shard.write([slab], buffer.subarray(1, 4));
    buffer.fill(0);
    expect(Array.from(await shard.read([slab]))).toEqual([1, 2, 3]);
  });

  it('hands out arrays that can move to another thread', async () => {
    const probe = { component: 0, field: 'psi', cell: FRAME.lo };
    const shard = await create(specOf(FRAME, { probes: [probe] }));
    const slab: Slab = { component: 0, field: 'psi', level: 'now', box: row(3) };
    const { samples } = await shard.advance([{ box: grow(FRAME, [-1, -1, -1]), time: 0 }]);
    for (const data of [samples, await shard.read([slab])]) {
      expect(data.buffer.byteLength).toBe(data.byteLength);
      structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
    }
    expect(Array.from(await shard.read([slab]))).toEqual([0, 0, 0]);
  });

  it('reads the same into memory that it is given', async () => {
    const { shard, reference } = await createRandom(specOf(FRAME), 22);
    const slabs = stateArraysOf(specOf(FRAME)).map((array) => ({ ...array, box: FRAME }));
    for (let time = 0; time < 8; time++) {
      const memory = new Float32Array(slabs.length * cellCount(FRAME)).fill(Number.NaN);
      expectSame(await shard.read(slabs, memory), reference.read(slabs));
    }
  });

  it('takes more slabs in one call than anyone counts on', async () => {
    const spec = specOf(FRAME);
    const { shard, reference, random } = await createRandom(spec, 12);
    const slabs = Array.from({ length: 700 }, () => {
      const slab = random.slab(spec);
      const [z, y, x] = slab.box.lo;
      return { ...slab, box: { lo: slab.box.lo, hi: [z + 1, y + 1, x + 1] as const } };
    });
    const data = random.values(slabs.length);
    reference.write(slabs, data);
    await shard.write(slabs, data);
    expect(bits(await shard.read(slabs))).toEqual(bits(reference.read(slabs)));
    await expectSameState(shard, reference, spec);
  });
}
