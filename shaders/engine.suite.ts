import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../core/errors.js';
import { coursesOf } from '../core/grid/bands.js';
import {
  type Box,
  boxOfShape,
  cellCount,
  grow,
  intersect,
  shapeOf,
  shift,
  type Triple,
} from '../core/grid/box.js';
import { updateBoxes } from '../core/grid/deep.js';
import type { Grid } from '../core/grid/grid.js';
import { compileModel } from './compiler/compile.js';
import type { Engine, EngineShard, ShardSpec, Slab, StateArray, Update, WaveFormat } from './engine.js';
import { ReferenceShard, stateArraysOf, suiteModel } from './engine.suite.reference.js';
import { asHalf } from './half.js';
import { InterpretedShard } from './interpreted.suite.js';
import type { Model } from './model.js';

export interface EngineUnderTest {
  readonly open: () => Promise<Engine>;
  /** Whether its arithmetic is strict f32. A device that may fuse products is held to relative L2 1e-6. */
  readonly exact: boolean;
  /** f32 unless given: what an engine that keeps f16 is asked to. */
  readonly keepWavesIn?: WaveFormat;
}

/** What every engine must do, whatever it runs on. */
export function engineCompliance(name: string, { open, exact, keepWavesIn = 'f32' }: EngineUnderTest): void {
  describe(`the ${name} engine`, () => {
    const model = compileModel(suiteModel);
    let engine: Engine;
    const shards: EngineShard[] = [];

    beforeAll(async () => {
      engine = await open();
    });
    afterAll(async () => {
      await Promise.all(shards.map((shard) => shard.close()));
      await engine.close();
    });

    const specOf = (frame: Box, more: Partial<ShardSpec> = {}): ShardSpec => ({
      model,
      components: 2,
      dimensions: 3,
      frame,
      constants: { coupling: 0.19 },
      probes: [],
      keepWavesIn,
      ...more,
    });
    const create = async (spec: ShardSpec) => {
      const shard = await engine.createShard(spec);
      shards.push(shard);
      return shard;
    };
    /** A shard and its reference, in the same random state. */
    const createRandom = async (spec: ShardSpec, seed: number) => {
      const random = randomNumbers(seed);
      const shard = await create(spec);
      const reference = new ReferenceShard(spec);
      for (const array of stateArraysOf(spec)) {
        const slab = { ...array, box: spec.frame };
        const data = random.values(cellCount(spec.frame));
        reference.write([slab], data);
        await shard.write([slab], data);
      }
      return { shard, reference, random };
    };
    const expectSame = (got: Float32Array, want: Float32Array) => {
      if (exact) expect(bits(got)).toEqual(bits(want));
      else expect(relativeL2(got, want)).toBeLessThan(1e-6);
    };
    const expectSameState = async (shard: EngineShard, reference: ReferenceShard, spec: ShardSpec) => {
      const whole = stateArraysOf(spec).map((array) => ({ ...array, box: spec.frame }));
      expectSame(await shard.read(whole), reference.read(whole));
    };

    it('says what it is', () => {
      expect(engine.device).not.toBe('');
      expect(engine.memory).toBeGreaterThan(1024 * 1024);
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

    it('makes one step as the model says', async () => {
      const spec = specOf(FRAME);
      const { shard, reference } = await createRandom(spec, 2);
      const update = { box: grow(FRAME, [-1, -1, -1]), time: 7.25 };
      reference.update(update);
      const { seconds } = await shard.advance([update]);
      expect(seconds).toBeGreaterThanOrEqual(0);
      await expectSameState(shard, reference, spec);
    });

    it('updates the cells of a box alone, and swaps the levels of all others', async () => {
      const spec = specOf(FRAME);
      const { shard, reference, random } = await createRandom(spec, 3);
      for (let step = 0; step < 6; step++) {
        const update = { box: random.boxIn(grow(FRAME, [-1, -1, -1])), time: step / 4 };
        reference.update(update);
        await shard.advance([update]);
        await expectSameState(shard, reference, spec);
      }
    });

    it('makes many steps in one call, in their order', async () => {
      const spec = specOf(FRAME);
      const { shard, reference, random } = await createRandom(spec, 4);
      const updates = Array.from({ length: 150 }, (_, step) => ({
        box: step % 3 ? random.boxIn(grow(FRAME, [-1, -1, -1])) : grow(FRAME, [-1, -1, -1]),
        time: step * 0.25,
      }));
      for (const update of updates) reference.update(update);
      await shard.advance(updates);
      await expectSameState(shard, reference, spec);
    });

    it.each([1, 2, 3])(
      'makes %i steps of one part, and then of the rest, as if of all at once',
      async (steps) => {
        const grid: Grid = {
          dimensions: 3,
          shape: [24, 12, 17],
          brick: [12, 12, 17],
          periodic: [false, false, false],
        };
        const shape = boxOfShape(grid.shape);
        const half: Box = { lo: [12, 0, 0], hi: shape.hi };
        const spec = specOf(grow(half, [steps, 0, 0]));
        const { shard, reference } = await createRandom({ ...spec, frame: intersect(spec.frame, shape) }, 6);
        const updatable = grow(shape, [-1, -1, -1]);
        const timed = (box: Box, step: number) => ({ box, time: step });
        for (const update of updateBoxes(half, updatable, steps, 1, 3).map(timed)) reference.update(update);
        const courses = coursesOf(grid, half, updatable, steps, 1);
        if (!courses) throw new Error('a shard with an inside');
        for (const [number, course] of [...courses.bands, courses.inside].entries()) {
          if (number > 0 && steps % 2 === 1) void shard.swapLevels();
          void shard.advance(course.map(timed));
        }
        const own = stateArraysOf(spec).map((array) => ({ ...array, box: half }));
        expectSame(await shard.read(own), reference.read(own));
      },
    );

    it('computes a plane of cells in 2-D', async () => {
      const frame: Box = { lo: [0, -3, 5], hi: [1, 18, 24] };
      const spec = specOf(frame, { dimensions: 2 });
      const { shard, reference } = await createRandom(spec, 5);
      const updates = [0, 1, 2].map((step) => ({ box: grow(frame, [0, -1, -1]), time: step }));
      for (const update of updates) reference.update(update);
      await shard.advance(updates);
      await expectSameState(shard, reference, spec);
    });

    it('finds the same core, bit for bit, when a deep halo shrinks around it', async () => {
      const depth = 4;
      const core: Box = { lo: [8, 7, 9], hi: [14, 16, 15] };
      const whole = boxOfShape([24, 24, 24]);
      const large = await createRandom(specOf(whole, { components: 1 }), 6);
      const frame = grow(core, [depth, depth, depth]);
      const small = await create(specOf(frame, { components: 1 }));
      const arrays = stateArraysOf(specOf(frame, { components: 1 }));
      const held = arrays.map((array) => ({ ...array, box: frame }));
      await small.write(held, await large.shard.read(held));

      const times = Array.from({ length: depth }, (_, step) => step * 0.5);
      await large.shard.advance(times.map((time) => ({ box: grow(whole, [-1, -1, -1]), time })));
      await small.advance(
        times.map((time, step) => {
          const layers = depth - 1 - step;
          return { box: grow(core, [layers, layers, layers]), time };
        }),
      );
      const kept = arrays.map((array) => ({ ...array, box: core }));
      expect(bits(await small.read(kept))).toEqual(bits(await large.shard.read(kept)));
    });

    it('samples its probes after every update, in order', async () => {
      const at = (z: number, y: number, x: number): Triple => [
        FRAME.lo[0] + z,
        FRAME.lo[1] + y,
        FRAME.lo[2] + x,
      ];
      const spec = specOf(FRAME, {
        probes: [
          { component: 1, field: 'psi', cell: at(3, 4, 5) },
          { component: 0, field: 'psi', cell: at(3, 4, 5) },
          { component: 0, field: 'rms2', cell: at(1, 1, 1) },
          { component: 1, field: 'psi', cell: at(0, 0, 0) },
          { component: 0, field: 'crossed', cell: at(6, 2, 3) },
        ],
      });
      const { shard, reference } = await createRandom(spec, 7);
      const updates = Array.from({ length: 100 }, (_, step) => ({
        box: grow(FRAME, [-1, -1, -1]),
        time: step,
      }));
      const expected = updates.map((update) => {
        reference.update(update);
        return Array.from(reference.sample());
      });
      const first = await shard.advance(updates.slice(0, 70));
      const rest = await shard.advance(updates.slice(70));
      expectSame(Float32Array.of(...first.samples, ...rest.samples), Float32Array.from(expected.flat()));
    });

    it('takes calls that nobody awaits in the order they are made', async () => {
      const spec = specOf(FRAME);
      const { shard, reference, random } = await createRandom(spec, 8);
      const inner = grow(FRAME, [-1, -1, -1]);
      const updates: Update[] = Array.from({ length: 90 }, (_, step) => ({ box: inner, time: step }));
      const slab: Slab = { component: 1, field: 'psi', level: 'now', box: random.boxIn(FRAME) };
      const data = random.values(cellCount(slab.box));
      const watched: Slab = { ...slab, box: FRAME };

      const advanced = shard.advance(updates);
      const between = shard.read([watched]);
      const written = shard.write([slab], data.slice());
      const advancedAgain = shard.advance(updates.slice(0, 3));
      const end = shard.read([watched]);
      await Promise.all([advanced, written, advancedAgain]);

      for (const update of updates) reference.update(update);
      expectSame(await between, reference.read([watched]));
      reference.write([slab], data);
      for (const update of updates.slice(0, 3)) reference.update(update);
      expectSame(await end, reference.read([watched]));
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

    it('advances two shards at once, each on its own', async () => {
      const spec = specOf(FRAME);
      const other = specOf(shift(boxOfShape([7, 12, 21]), [-2, 40, 3]), {
        components: 1,
        constants: { coupling: 0.11 },
      });
      const [a, b] = await Promise.all([createRandom(spec, 9), createRandom(other, 10)]);
      const updatesIn = (frame: Box) =>
        Array.from({ length: 40 }, (_, step) => ({ box: grow(frame, [-1, -1, -1]), time: step }));
      for (const update of updatesIn(spec.frame)) a.reference.update(update);
      for (const update of updatesIn(other.frame)) b.reference.update(update);
      await Promise.all([a.shard.advance(updatesIn(spec.frame)), b.shard.advance(updatesIn(other.frame))]);
      await expectSameState(a.shard, a.reference, spec);
      await expectSameState(b.shard, b.reference, other);
    });

    /** A shard of the media's model in a random state, and its interpretation. */
    const createInMedia = async (spec: ShardSpec, seed: number) => {
      const random = randomNumbers(seed);
      const shard = await create(spec);
      const interpreted = new InterpretedShard(spec);
      const cells = Object.entries(spec.media ?? {}).filter(([, value]) => value === 'cells');
      const arrays = [
        ...stateArraysOf(spec),
        ...cells.map(([field]): StateArray => ({ component: 0, field, level: 'now' })),
      ];
      for (const array of arrays) {
        const data = random.values(cellCount(spec.frame));
        const wave = array.field === 'psi' && keepWavesIn === 'f16';
        interpreted.array(array).set(wave ? data.map((value) => asHalf(value, 0)) : data);
        await shard.write([{ ...array, box: spec.frame }], data);
      }
      return { shard, interpreted, random };
    };
    const expectSameCells = async (
      shard: EngineShard,
      interpreted: InterpretedShard,
      spec: ShardSpec,
      box: Box,
    ) => {
      for (const array of stateArraysOf(spec)) {
        const want = cut(interpreted.array(array), spec.frame, box);
        expectSame(await shard.read([{ ...array, box }]), want);
      }
    };
    const inMedia = (frame: Box, more: Partial<ShardSpec> = {}) =>
      specOf(frame, {
        model: compileModel(mediaModel),
        constants: {},
        media: { stiffness: 0.15, loss: 0.1 },
        ...more,
      });

    it.each([
      { stiffness: 'cells', loss: 0.1 },
      { stiffness: 'cells', loss: 'cells' },
      { stiffness: 0.15, loss: 'cells' },
      { stiffness: 0.15, loss: 0.1 },
    ] as const)('reads the media $stiffness and $loss at each cell, for every component', async (media) => {
      const spec = inMedia(FRAME, { media });
      const { shard, interpreted } = await createInMedia(spec, 21);
      const updates = [0, 1, 2].map((time) => ({ box: grow(FRAME, [-2, -2, -2]), time }));
      for (const update of updates) interpreted.advance(update);
      await shard.advance(updates);
      await expectSameCells(shard, interpreted, spec, FRAME);
    });

    it.each([
      { name: 'one face', lo: [0, 0, 2], hi: [0, 0, 0] },
      { name: 'two faces, an edge and its ghosts', lo: [0, 2, 0], hi: [0, 0, 2] },
      { name: 'six faces', lo: [2, 2, 2], hi: [2, 2, 2] },
      { name: 'ghosts thinner than the radius', lo: [1, 0, 1], hi: [0, 1, 0] },
    ] as const)('mirrors the cells at $name', async ({ lo, hi }) => {
      const domain: Box = {
        lo: [FRAME.lo[0] + lo[0], FRAME.lo[1] + lo[1], FRAME.lo[2] + lo[2]],
        hi: [FRAME.hi[0] - hi[0], FRAME.hi[1] - hi[1], FRAME.hi[2] - hi[2]],
      };
      const spec = inMedia(FRAME, { domain, media: { stiffness: 'cells', loss: 0.1 } });
      const { shard, interpreted } = await createInMedia(spec, 22);
      const updates = [0, 1, 2, 3].map((time) => ({ box: grow(FRAME, [-2, -2, -2]), time }));
      for (const update of updates) interpreted.advance(update);
      await shard.advance(updates);
      await expectSameCells(shard, interpreted, spec, domain);
    });

    it('mirrors the cells at the edges of a plane', async () => {
      const frame: Box = { lo: [0, -2, -2], hi: [1, 13, 15] };
      const domain: Box = { lo: [0, 0, 0], hi: [1, 13, 13] };
      const spec = inMedia(frame, { domain, dimensions: 2 });
      const { shard, interpreted } = await createInMedia(spec, 23);
      const updates = [0, 1, 2, 3].map((time) => ({ box: grow(frame, [0, -2, -2]), time }));
      for (const update of updates) interpreted.advance(update);
      await shard.advance(updates);
      await expectSameCells(shard, interpreted, spec, domain);
    });

    it('feeds its sources after each update, in their order, where the update goes', async () => {
      const whole = shift(FRAME, [0, 0, -4]);
      const point = { lo: [5, 0, 15], hi: [6, 1, 16] } as const;
      const sources = [
        { component: 1, field: 'psi', box: point },
        { component: 0, field: 'psi', box: whole },
        { component: 1, field: 'psi', box: { lo: [5, -50, 12], hi: [7, 50, 17] } },
        { component: 0, field: 'psi', box: shift(FRAME, [100, 0, 0]) },
      ] as const;
      const probes = [{ component: 1, field: 'psi', cell: point.lo }];
      const spec = inMedia(FRAME, { sources, probes });
      const { shard, interpreted, random } = await createInMedia(spec, 24);
      const samples: number[] = [];
      const updates = Array.from({ length: 80 }, (_, time) => ({
        box: time % 2 ? random.boxIn(grow(FRAME, [-2, -2, -2])) : grow(FRAME, [-2, -2, -2]),
        time,
        amplitudes: Array.from(random.values(4)),
      }));
      for (const update of updates) {
        interpreted.advance(update);
        const now = interpreted.array({ component: 1, field: 'psi', level: 'now' });
        samples.push(cut(now, FRAME, point)[0] ?? Number.NaN);
      }
      const advanced = await shard.advance(updates);
      expectSame(advanced.samples, Float32Array.from(samples));
      await expectSameCells(shard, interpreted, spec, FRAME);
    });

    it('refuses media, mirrors and sources that make no sense', async () => {
      const senseless: Partial<ShardSpec>[] = [
        { media: {} },
        { media: { stiffness: Number.NaN, loss: 0 } },
        { domain: grow(FRAME, [-3, 0, 0]) },
        { domain: grow(FRAME, [1, 0, 0]) },
        { sources: [{ component: 0, field: 'loss', box: FRAME }] },
        { sources: [{ component: 2, field: 'psi', box: FRAME }] },
        { sources: [{ component: 0, field: 'psi', box: { lo: FRAME.lo, hi: FRAME.lo } }] },
      ];
      for (const more of senseless) {
        await expect(engine.createShard(inMedia(FRAME, more))).rejects.toThrow(EngineError);
      }
      const shard = await create(inMedia(FRAME, { sources: [{ component: 0, field: 'psi', box: FRAME }] }));
      const box = grow(FRAME, [-2, -2, -2]);
      await expect(shard.advance([{ box, time: 0 }])).rejects.toThrow(EngineError);
      await expect(shard.advance([{ box, time: 0, amplitudes: [1, 1] }])).rejects.toThrow(EngineError);
      const medium: Slab = { component: 0, field: 'loss', level: 'now', box: FRAME };
      await expect(shard.read([medium])).rejects.toThrow(EngineError);
    });

    it('refuses a shard that does not fit, says how large it is, and goes on', async () => {
      const spec = specOf(FRAME);
      const { shard, reference } = await createRandom(spec, 11);
      const side = Math.ceil(Math.cbrt(engine.memory));
      const refused = engine.createShard(specOf(boxOfShape([side, side, side])));
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
        await expect(engine.createShard(specOf(FRAME, more))).rejects.toThrow(EngineError);
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
  });
}

/** A frame whose corner is not 0 and whose edges differ. */
const FRAME: Box = { lo: [2, -5, 10], hi: [11, 5, 23] };

/** Reads its media at the cell and its wave two cells away, around corners: what a ghost's corner can spoil. */
const mediaModel: Model = {
  ...suiteModel,
  name: 'media',
  wgsl: `struct Cell { psi: f32 }
fn update() -> Cell {
  var around = psi(2, 1, 0) + psi(-2, -1, 0) + psi(1, -2, 0) + psi(-1, 2, 0);
  if (DIMENSIONS == 3u) {
    around += psi(0, 2, 2) + psi(-2, 0, -2);
  }
  return Cell((1.0 - loss()) * psi_before() + stiffness() * (around - 4.0 * psi(0, 0, 0)));
}
`,
  radius: 2,
  fields: suiteModel.fields.slice(0, 1),
  media: ['stiffness', 'loss'].map((name) => ({ name, title: name, unit: () => '1', scale: () => 1 })),
  constants: [],
};

/** The cells of `box` out of a dense array over `frame`. */
function cut(cells: Float32Array, frame: Box, box: Box): Float32Array {
  const [, ny, nx] = shapeOf(frame);
  const [bz, by, bx] = shapeOf(box);
  return Float32Array.from({ length: bz * by * bx }, (_, index) => {
    const z = box.lo[0] - frame.lo[0] + Math.floor(index / (by * bx));
    const y = box.lo[1] - frame.lo[1] + (Math.floor(index / bx) % by);
    return cells[(z * ny + y) * nx + box.lo[2] - frame.lo[2] + (index % bx)] ?? Number.NaN;
  });
}

/** The first cells of the frame's first row. */
const row = (cells: number): Box => ({
  lo: FRAME.lo,
  hi: [FRAME.lo[0] + 1, FRAME.lo[1] + 1, FRAME.lo[2] + cells],
});

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

function relativeL2(got: Float32Array, want: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (const [index, value] of want.entries()) {
    difference += ((got[index] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}

/** Seeded, so that a failure comes again. Constants of the generator: Numerical Recipes, `ranqd1`. */
function randomNumbers(seed: number) {
  let state = seed >>> 0;
  const unit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(unit() * limit);
  const boxIn = (outer: Box): Box => {
    const ranges = shapeOf(outer).map((cells, axis) => {
      const lo = below(cells);
      const start = (outer.lo[axis] ?? 0) + lo;
      return [start, start + 1 + below(cells - lo)] as const;
    });
    const [z, y, x] = ranges as unknown as readonly [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ];
    return { lo: [z[0], y[0], x[0]], hi: [z[1], y[1], x[1]] };
  };
  return {
    boxIn,
    /** f32 in −1 to 1. */
    values: (count: number) => Float32Array.from({ length: count }, () => unit() * 2 - 1),
    slab: (spec: ShardSpec): Slab => {
      const arrays = stateArraysOf(spec);
      return { ...(arrays[below(arrays.length)] as StateArray), box: boxIn(spec.frame) };
    },
  };
}
