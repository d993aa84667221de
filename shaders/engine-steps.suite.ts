import { expect, it } from 'vitest';
import { coursesOf } from '../core/grid/bands.js';
import { type Box, boxOfShape, cellCount, grow, intersect, shift, type Triple } from '../core/grid/box.js';
import { updateBoxes } from '../core/grid/deep.js';
import type { Grid } from '../core/grid/grid.js';
import type { Slab, Update } from './engine.js';
import { stateArraysOf } from './engine.suite.reference.js';
import { type Bench, bits, FRAME } from './engine-bench.suite.js';

/** A shard makes the steps that it is asked for, as the model says. */
export function stepTests(bench: Bench): void {
  const { create, createRandom, expectSame, expectSameState, specOf } = bench;

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
}
