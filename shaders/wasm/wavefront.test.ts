import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, cellCount, grow, intersect, type Triple } from '../../core/grid/box.js';
import { compileModel } from '../compiler/compile.js';
import type { Engine, ProbePoint, ShardSpec, Source, Update } from '../engine.js';
import { InterpretedShard } from '../interpreted.suite.js';
import { createWasmEngine } from './engine.js';
import { arbitraryUpdate, fieldsOf, modelOf } from './models.suite.js';
import type { Blocking } from './schedule.js';
import { noise, slabsOf } from './states.suite.js';
import { TestThreads } from './threads.suite.js';

const KINDS = { a: 'wave', b: 'tracker', c: 'wave', d: 'wave', e: 'tracker', f: 'wave' } as const;

/** A whole number from 0 to 1, of which most and least are as likely as others. */
const fraction = fc.nat(1000).map((part) => part / 1000);
const fractions = fc.tuple(fraction, fraction, fraction);

const coordinate = fc.integer({ min: -9, max: 9 });

/** Everything about a shard and its updates but its model, in fractions of what the model allows. */
const arbitraryCourse = fc.record({
  dimensions: fc.constantFrom<2 | 3>(2, 3),
  components: fc.integer({ min: 1, max: 2 }),
  corner: fc.tuple(coordinate, coordinate, coordinate),
  /** Along the axis of the front, and the others. */
  length: fc.integer({ min: 1, max: 22 }),
  others: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
  mirrors: fc.record({ lo: fractions, hi: fractions }),
  sources: fc.array(fc.tuple(fractions, fractions, fraction), { maxLength: 4 }),
  probes: fc.array(fc.tuple(fractions, fraction), { maxLength: 6 }),
  boxes: fc.array(fc.option(fc.tuple(fractions, fractions), { nil: undefined, freq: 2 }), {
    minLength: 1,
    maxLength: 9,
  }),
  cellsOfMedium: fc.boolean(),
  seed: fc.nat(1_000_000),
  blocking: fc.record({
    steps: fc.integer({ min: 1, max: 5 }),
    tile: fc.integer({ min: 1, max: 8 }),
    front: fc.integer({ min: 1, max: 4 }),
  }),
});

const between = (lo: number, hi: number, part: number) => lo + Math.round((hi - lo) * part);
const tripleOf = (along: (axis: 0 | 1 | 2) => number): Triple => [along(0), along(1), along(2)];

/** A box of one cell or more in another. */
function boxIn({ lo, hi }: Box, from: Triple, to: Triple): Box {
  const start = tripleOf((axis) => between(lo[axis], hi[axis] - 1, from[axis]));
  return { lo: start, hi: tripleOf((axis) => between(start[axis] + 1, hi[axis], to[axis])) };
}

interface Case {
  readonly spec: ShardSpec;
  readonly updates: readonly Update[];
  readonly blocking: Blocking;
  readonly seed: number;
}

const arbitraryCase: fc.Arbitrary<Case> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), arbitraryCourse)
  .chain(([radius, fieldCount, drawn]) => {
    const fields = fieldsOf(Object.fromEntries(Object.entries(KINDS).slice(0, fieldCount)));
    const media = [{ name: 'm', title: 'm', unit: () => '1', scale: () => 1 }];
    return arbitraryUpdate(fields, ['m'], ['k'], radius).map((wgsl) =>
      caseOf(compileModel({ ...modelOf(fields, radius, ['k'], wgsl), media }), drawn),
    );
  });

type DrawnCourse = typeof arbitraryCourse extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function caseOf(model: ShardSpec['model'], drawn: DrawnCourse): Case {
  const { dimensions, components, corner, length, others, mirrors, sources, probes, boxes, blocking, seed } =
    drawn;
  const { radius, fields } = model.model;
  const reach: Triple = [dimensions === 3 ? radius : 0, radius, radius];
  const inside: Triple = dimensions === 3 ? [length, others[0], others[1]] : [1, length, others[1]];
  const frame: Box = { lo: corner, hi: tripleOf((axis) => corner[axis] + inside[axis] + 2 * reach[axis]) };
  // Thin enough for what lies between two mirrors to fill both.
  const ghosts = (axis: 0 | 1 | 2, part: number) =>
    between(0, Math.min(reach[axis], Math.floor((inside[axis] + 2 * reach[axis]) / 3)), part);
  const domain: Box = {
    lo: tripleOf((axis) => frame.lo[axis] + ghosts(axis, mirrors.lo[axis])),
    hi: tripleOf((axis) => frame.hi[axis] - ghosts(axis, mirrors.hi[axis])),
  };
  const updatable = intersect(
    grow(
      frame,
      tripleOf((axis) => -reach[axis]),
    ),
    domain,
  );
  const waves = fields.filter(({ kind }) => kind === 'wave');
  const pick = <Item>(items: readonly Item[], part: number) =>
    items[between(0, items.length - 1, part)] as Item;
  const around = grow(frame, [2, 2, 2]);
  return {
    spec: {
      model,
      components,
      dimensions,
      frame,
      domain,
      constants: { k: 0.3 },
      media: { m: drawn.cellsOfMedium ? 'cells' : 0.7 },
      sources: sources.map(
        ([from, to, part]): Source => ({
          component: between(0, components - 1, part),
          field: pick(waves, part).name,
          box: boxIn(around, from, to),
        }),
      ),
      probes: probes.map(
        ([at, part]): ProbePoint => ({
          component: between(0, components - 1, part),
          field: pick(fields, part).name,
          cell: boxIn(frame, at, [0, 0, 0]).lo,
        }),
      ),
    },
    updates: boxes.map(
      (bounds, step): Update => ({
        box: bounds ? boxIn(updatable, ...bounds) : updatable,
        time: step / 4,
        amplitudes: sources.map((_, source) => Math.sin(1 + step + 10 * source)),
      }),
    ),
    blocking,
    seed,
  };
}

/** Advances a shard and its interpretation from the same noise, and compares samples and every array, ghosts included. */
async function expectSameBits(engine: Engine, { spec, updates, seed }: Case): Promise<void> {
  const shard = await engine.createShard(spec);
  const reference = new InterpretedShard(spec);
  for (const [index, slab] of slabsOf(spec).entries()) {
    const cells = noise(cellCount(slab.box), seed + index);
    await shard.write([slab], cells);
    reference.array(slab).set(cells);
  }
  const half = Math.floor(updates.length / 2);
  const samples = [
    ...(await shard.advance(updates.slice(0, half))).samples,
    ...(await shard.advance(updates.slice(half))).samples,
  ];
  const expected = updates.flatMap((update) => {
    reference.advance(update);
    return spec.probes.map((probe) =>
      valueAt(reference.array({ ...probe, level: 'now' }), spec.frame, probe.cell),
    );
  });
  expect(samples).toEqual(expected);
  for (const slab of slabsOf(spec)) {
    const name = `${slab.field}.${slab.component} ${slab.level}`;
    expect(await shard.read([slab]), name).toEqual(reference.array(slab));
  }
  await shard.close();
}

function valueAt(cells: Float32Array, { lo, hi }: Box, [z, y, x]: Triple): number {
  return cells[((z - lo[0]) * (hi[1] - lo[1]) + y - lo[1]) * (hi[2] - lo[2]) + x - lo[2]] as number;
}

const testThreads = await TestThreads.prepare();

describe('several steps in one sweep', () => {
  test.each([1, 2, 3])(
    'are the same on %i threads, bit for bit, as one after the other, whatever happens at each of them',
    async (threads) => {
      let blocking: Blocking = { steps: 1, tile: 1, front: 1 };
      const engine = await createWasmEngine({
        ...(threads > 1 && { threads: testThreads.source(threads) }),
        cut: () => ({ blocking, threads }),
      });
      await fc.assert(
        fc.asyncProperty(arbitraryCase, async (drawn) => {
          blocking = drawn.blocking;
          await expectSameBits(engine, drawn);
        }),
        { numRuns: 120, endOnFailure: true },
      );
      await engine.close();
    },
  );
});
