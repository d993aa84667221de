import { expect, it } from 'vitest';
import { EngineError } from '../core/errors.js';
import { type Box, cellCount, grow, shapeOf, shift } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { EngineShard, ShardSpec, Slab, StateArray } from './engine.js';
import { stateArraysOf, suiteModel } from './engine.suite.reference.js';
import { type Bench, FRAME, randomNumbers } from './engine-bench.suite.js';
import { asHalf } from './half.js';
import { InterpretedShard } from './interpreted.suite.js';
import type { Model } from './model.js';

/** A shard knows of media, mirrors and sources. */
export function mediaTests(bench: Bench): void {
  const { create, expectSame, specOf, keepWavesIn } = bench;

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
      await expect(bench.engine.createShard(inMedia(FRAME, more))).rejects.toThrow(EngineError);
    }
    const shard = await create(inMedia(FRAME, { sources: [{ component: 0, field: 'psi', box: FRAME }] }));
    const box = grow(FRAME, [-2, -2, -2]);
    await expect(shard.advance([{ box, time: 0 }])).rejects.toThrow(EngineError);
    await expect(shard.advance([{ box, time: 0, amplitudes: [1, 1] }])).rejects.toThrow(EngineError);
    const medium: Slab = { component: 0, field: 'loss', level: 'now', box: FRAME };
    await expect(shard.read([medium])).rejects.toThrow(EngineError);
  });
}

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
