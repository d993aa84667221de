import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../core/errors.js';
import { type Box, cellCount, grow } from '../../core/grid/box.js';
import { compileModel } from '../compiler/compile.js';
import type { Engine, ShardSpec, Slab, Update } from '../engine.js';
import { InterpretedShard, interior } from '../interpreted.suite.js';
import type { Field, Model } from '../model.js';
import { wave } from '../models/wave.js';
import { createWasmEngine } from './engine.js';
import { arbitraryTranslates, arbitraryUpdate, fieldsOf, modelOf } from './models.suite.js';
import { box, noise, slabsOf } from './states.suite.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

const compiledWave = compileModel(wave);
const waveConstants = wave.evaluate({ parameters: { speed: 1 }, spacing: 1, dt: 0.5, dimensions: 3 });

/** Starts both shards from the same noise, takes the same updates, and compares every array bit for bit. */
async function expectSameBits(spec: ShardSpec, updates: readonly Update[], seed = 1): Promise<void> {
  const shard = await engine.createShard(spec);
  const reference = new InterpretedShard(spec);
  const slabs = slabsOf(spec);
  const start = slabs.map((slab, index) => noise(cellCount(slab.box), seed + index));
  await shard.write(slabs, Float32Array.from(start.flatMap((cells) => [...cells])));
  for (const [index, slab] of slabs.entries()) reference.array(slab).set(start[index] as Float32Array);
  await shard.advance(updates);
  for (const update of updates) reference.advance(update);
  for (const slab of slabs) {
    expect(await shard.read([slab]), `${slab.field}.${slab.component} ${slab.level}`).toEqual(
      reference.array(slab),
    );
  }
  await shard.close();
}

describe('a wasm shard computes what the interpreter computes, bit for bit', () => {
  test('the wave equation with its trackers, in 3-D, two components', async () => {
    const spec: ShardSpec = {
      model: compiledWave,
      components: 2,
      dimensions: 3,
      frame: box([-1, 6], [3, 12], [-2, 13]),
      constants: waveConstants,
      probes: [],
    };
    const updates = Array.from({ length: 7 }, (_, step) => ({ box: interior(spec), time: step * 0.5 }));
    await expectSameBits(spec, updates);
  });

  test('the wave equation in 2-D', async () => {
    const spec: ShardSpec = {
      model: compiledWave,
      components: 1,
      dimensions: 2,
      frame: box([0, 1], [0, 17], [0, 22]),
      constants: waveConstants,
      probes: [],
    };
    const updates = Array.from({ length: 7 }, (_, step) => ({ box: interior(spec), time: step * 0.5 }));
    await expectSameBits(spec, updates);
  });

  test('a Laplacian of fourth order, two cells wide, written as a loop', async () => {
    const fourth = modelOf(
      fieldsOf({ u: 'wave' }),
      2,
      ['k'],
      `struct Cell { u: f32 }
       fn weight(distance: i32) -> f32 {
         if (distance == 0) { return -2.5; }
         return select(4.0 / 3.0, -1.0 / 12.0, abs(distance) == 2);
       }
       fn update() -> Cell {
         var sum = 0.0;
         for (var i = -2; i <= 2; i++) {
           sum += weight(i) * (u(i, 0, 0) + u(0, i, 0));
           if (DIMENSIONS == 3u) { sum += weight(i) * u(0, 0, i); }
         }
         return Cell(2.0 * u(0, 0, 0) - u_before() + param.k * sum);
       }`,
    );
    for (const dimensions of [2, 3] as const) {
      const spec: ShardSpec = {
        model: compileModel(fourth),
        components: 1,
        dimensions,
        frame: box([0, dimensions === 3 ? 7 : 1], [0, 8], [0, 14]),
        constants: { k: 0.1 },
        probes: [],
      };
      await expectSameBits(
        spec,
        [0, 1, 2, 3, 4].map((time) => ({ box: interior(spec), time })),
      );
    }
  });

  test('boxes that begin and end anywhere in a row, and no cell outside them changes', async () => {
    const frame = box([0, 3], [0, 4], [0, 19]);
    const spec: ShardSpec = {
      model: compiledWave,
      components: 1,
      dimensions: 3,
      frame,
      constants: waveConstants,
      probes: [],
    };
    for (let from = 1; from <= 6; from += 1) {
      for (let to = from + 1; to <= 18; to += 1) {
        await expectSameBits(spec, [
          { box: box([1, 2], [1, 3], [from, to]), time: 0 },
          { box: box([1, 2], [2, 3], [from, to]), time: 1 },
        ]);
      }
    }
  });

  test('trackers that read one another, in either order', async () => {
    const spec: ShardSpec = {
      model: compileModel(
        modelOf(
          fieldsOf({ a: 'tracker', u: 'wave', b: 'tracker' }),
          1,
          [],
          `struct Cell { a: f32, u: f32, b: f32 }
           fn update() -> Cell { return Cell(b() + u_before(), u(0, 0, 0) - 0.5 * a(), a() * u_before()); }`,
        ),
      ),
      components: 1,
      dimensions: 3,
      frame: box([0, 5], [0, 4], [0, 9]),
      constants: {},
      probes: [],
    };
    await expectSameBits(
      spec,
      [0, 1, 2].map((time) => ({ box: interior(spec), time })),
    );
  });

  test('any model, frame and box', { timeout: 60_000 }, async () => {
    const kinds = fc.array(fc.constantFrom<Field['kind']>('wave', 'tracker'), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(radii, kinds, fc.gen(), places, async (radius, others, gen, place) => {
        const names = ['u', 'v', 'w', 'a', 'b', 'c'];
        const fields = fieldsOf(
          Object.fromEntries(['wave' as const, ...others].map((kind, i) => [names[i], kind])),
        );
        const wgsl = gen(() => arbitraryUpdate(fields, ['m', 'n'], ['k', 'q'], radius));
        await expectSameBitsAnywhere(modelOf(fields, radius, ['k', 'q'], wgsl), place);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  test('any model that needs the same values at several places along x', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(radii, fc.gen(), places, async (radius, gen, place) => {
        const wgsl = gen(() => arbitraryTranslates(radius));
        await expectSameBitsAnywhere(modelOf(fieldsOf({ u: 'wave' }), radius, [], wgsl), place);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});

const radii = fc.integer({ min: 1, max: 4 });
/** How far an update stays from the ends of an axis, where that leaves a cell. */
const margins = fc.tuple(fc.nat(2), fc.nat(2));
const coordinate = fc.integer({ min: -9, max: 9 });
const places = fc.record({
  dimensions: fc.constantFrom<2 | 3>(2, 3),
  components: fc.integer({ min: 1, max: 2 }),
  corner: fc.tuple(coordinate, coordinate, coordinate),
  inside: fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 21 }),
  ),
  seed: fc.nat(1_000_000),
  shrink: fc.array(fc.tuple(margins, margins, margins), { minLength: 1, maxLength: 4 }),
});
type Place = typeof places extends fc.Arbitrary<infer Value> ? Value : never;

/** Runs a model with media `m`, from cell to cell, and `n`, in a frame of any size and boxes of any alignment. */
async function expectSameBitsAnywhere(model: Model, place: Place): Promise<void> {
  const { dimensions, components, corner, inside, seed, shrink } = place;
  const media = ['m', 'n'].map((name) => ({ name, title: name, unit: () => '1', scale: () => 1 }));
  const { radius } = model;
  const depth = dimensions === 3 ? inside[0] : 1;
  const cells: Box = { lo: corner, hi: [corner[0] + depth, corner[1] + inside[1], corner[2] + inside[2]] };
  const spec: ShardSpec = {
    model: compileModel({ ...model, media }),
    components,
    dimensions,
    frame: grow(cells, [dimensions === 3 ? radius : 0, radius, radius]),
    constants: Object.fromEntries(model.constants.map((name, index) => [name, [0.3, -1.7][index] as number])),
    media: { m: 'cells', n: 0.7 },
    probes: [],
  };
  const { lo, hi } = interior(spec);
  const updates = shrink.map((cuts, time): Update => {
    const ranges = cuts.map(([before, after], axis) => {
      const start = Math.min(lo[axis as 0] + before, hi[axis as 0] - 1);
      return [start, Math.max(start + 1, hi[axis as 0] - after)] as [number, number];
    }) as [[number, number], [number, number], [number, number]];
    return { box: box(...ranges), time };
  });
  await expectSameBits(spec, updates, seed);
}

describe('a wasm shard', () => {
  const spec: ShardSpec = {
    model: compiledWave,
    components: 1,
    dimensions: 3,
    frame: box([0, 5], [0, 5], [0, 5]),
    constants: waveConstants,
    probes: [
      { component: 0, field: 'psi', cell: [2, 2, 2] },
      { component: 0, field: 'rms2', cell: [2, 2, 2] },
    ],
  };

  test('samples its probes after every update', async () => {
    const shard = await engine.createShard(spec);
    const centre: Slab = { component: 0, field: 'psi', level: 'now', box: box([2, 3], [2, 3], [2, 3]) };
    await shard.write([centre, { ...centre, level: 'before' }], Float32Array.of(1, 1));
    const { samples, seconds } = await shard.advance([
      { box: interior(spec), time: 0 },
      { box: interior(spec), time: 0.5 },
    ]);
    // ψ⁺ = 2 − 1 + 0.25·(0 − 6) = −0.5, then −1 − 1 + 0.25·(6·0.25 + 6·0.5) = −0.875
    expect([samples[0], samples[2]]).toEqual([-0.5, -0.875]);
    expect(samples[1]).toBe(Math.fround(Math.fround(0.005) * 0.25));
    expect(seconds).toBeGreaterThanOrEqual(0);
    await shard.close();
  });

  test('refuses boxes whose neighbours it does not hold, unknown states, and data of the wrong length', async () => {
    const shard = await engine.createShard(spec);
    const slab: Slab = { component: 0, field: 'psi', level: 'now', box: box([0, 1], [0, 1], [0, 5]) };
    await expect(shard.advance([{ box: spec.frame, time: 0 }])).rejects.toThrow(EngineError);
    await expect(shard.advance([{ box: box([2, 2], [2, 3], [2, 3]), time: 0 }])).rejects.toThrow(EngineError);
    await expect(shard.write([slab], new Float32Array(4))).rejects.toThrow(
      'the slabs have 5 cells, the data 4',
    );
    await expect(shard.read([{ ...slab, field: 'phi' }])).rejects.toThrow('no state phi');
    await expect(shard.read([{ ...slab, field: 'rms2', level: 'before' }])).rejects.toThrow('one level only');
    await expect(shard.read([{ ...slab, box: box([0, 1], [0, 1], [0, 6]) }])).rejects.toThrow(EngineError);
    await shard.close();
    await expect(shard.read([slab])).rejects.toThrow('closed');
  });

  test('reads into the memory that it is given, where as many cells fit', async () => {
    const shard = await engine.createShard(spec);
    const slab: Slab = { component: 0, field: 'psi', level: 'now', box: box([0, 1], [0, 1], [0, 3]) };
    await shard.write([slab], Float32Array.of(1, 2, 3));
    const into = new Float32Array(3);
    expect(await shard.read([slab], into)).toBe(into);
    expect([...into]).toEqual([1, 2, 3]);
    await expect(shard.read([slab], new Float32Array(4))).rejects.toThrow(EngineError);
    await shard.close();
  });

  test('that does not fit a memory is refused, with its bytes and what to do', async () => {
    const frame = box([0, 1000], [0, 1000], [0, 1000]);
    await expect(engine.createShard({ ...spec, frame })).rejects.toThrow(
      /takes 2\d{10} bytes, and a WebAssembly memory holds 4294901760: cut the grid into more shards/,
    );
  });
});
