import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Slab } from '../../../shaders/engine.js';
import { createWasmEngine } from '../../../shaders/wasm/engine.js';
import { type Box, boxOfShape, cellCount, eachCellOf, type Triple } from '../../grid/box.js';
import { cutDense } from '../../grid/dense.js';
import type { JobFileInput } from '../../job/schema.js';
import {
  type Attack,
  cellOff,
  halfPrecision,
  missingSource,
  notFinite,
  replayedState,
  skippedStep,
  staleHalo,
  wrongMedium,
} from '../attacks.suite.js';
import { coneOf, startSlabs } from '../cone.js';
import { type Physics, sourcesReaching } from '../physics.js';
import { hashed, physicsOfFile, uneven } from '../physics.suite.js';
import { recompute } from '../replica/recompute.js';
import { secretNormals } from '../secret.js';
import { traceBack } from './adjoint.js';
import { Auditor } from './auditor.js';
import { ExactWaves } from './exact.suite.js';
import { growCone } from './grown.js';
import { type LinearUpdate, linearityOf } from './linear.js';
import type { Verdict } from './verdict.js';

const SECRET = new Uint8Array(32).fill(7);

function updateOf({ model, grid }: Physics): LinearUpdate {
  const linearity = linearityOf(model, grid.dimensions);
  if (linearity.kind !== 'linear') throw new TypeError(linearity.reason);
  return linearity.update;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, index) => sum + value * (b[index] as number), 0);

const mixed: NonNullable<JobFileInput['boundary']> = {
  z: ['neumann', 'absorbing'],
  y: ['damped', 'dirichlet'],
  x: ['absorbing', 'neumann'],
};

const ground = (dimensions: 2 | 3, order: 2 | 4 | 8, boundary: JobFileInput['boundary']): JobFileInput => ({
  name: 'ground',
  model: { base: 'medium', order },
  grid: { shape: dimensions === 3 ? [30, 48, 34] : [48, 34], spacing: 1 },
  time: { steps: 100, dt: 0.1 },
  boundary: typeof boundary === 'object' && dimensions === 2 ? { y: boundary.y, x: boundary.x } : boundary,
  media: { speed: 2 },
  sources: {
    near: {
      field: 'psi',
      at: dimensions === 3 ? { z: 5, y: 6, x: 4 } : { y: 6, x: 4 },
      amplitude: 40,
      signal: { shape: 'tone-burst', frequency: 0.5, cycles: 6 },
    },
    wall: { field: 'psi', at: { x: 12 }, amplitude: 20, signal: { shape: 'ricker', frequency: 1 } },
  },
});

describe('the identity that audits rest on, in f64', () => {
  const corner = (dimensions: 2 | 3): Box => ({ lo: [0, 0, 0], hi: [dimensions === 3 ? 6 : 1, 7, 5] });
  const far = (dimensions: 2 | 3): Box => ({
    lo: [dimensions === 3 ? 25 : 0, 42, 30],
    hi: [dimensions === 3 ? 30 : 1, 48, 34],
  });

  it.each(
    ([2, 3] as const).flatMap((dimensions) =>
      ([2, 4, 8] as const).flatMap((order) =>
        [mixed, ...(['dirichlet', 'neumann', 'periodic'] as const)].map((boundary) => ({
          dimensions,
          order,
          boundary,
          faces: typeof boundary === 'string' ? boundary : 'mixed',
        })),
      ),
    ),
  )(
    'holds to 1e-12 in $dimensions-D, order $order, $faces faces',
    async ({ dimensions, order, boundary }) => {
      const physics = uneven(await physicsOfFile(ground(dimensions, order, boundary)));
      const update = updateOf(physics);
      const steps = order === 8 ? 2 : 4;
      for (const box of [corner(dimensions), far(dimensions)]) {
        const grown = await growCone(physics, update, box, steps);
        const end = secretNormals(SECRET, 'end', 2 * cellCount(box));
        const { start, gains } = traceBack(grown, end);
        const state = secretNormals(SECRET, 'state', start.length);
        const reached = (await ExactWaves.open(physics, grown.cone)).run(state, 0, 5);
        const fed = sourcesReaching(physics, grown.cone.held).map(({ amplitude }, source) =>
          dot(
            gains[source] ?? [],
            Array.from({ length: steps }, (_, step) => Math.fround(amplitude(5 + step))),
          ),
        );
        const misfit = dot(end, reached) - dot(start, state) - fed.reduce((sum, part) => sum + part, 0);
        expect(Math.abs(misfit) / Math.hypot(...reached)).toBeLessThan(1e-12);
        if (box.lo[1] === 0) expect(fed.some((part) => part !== 0)).toBe(true);
      }
    },
  );
});

describe('an audit of what an engine computed', () => {
  const STEPS = 8;
  const EDGE = 6;
  const whole = boxOfShape([32, 32, 32]);
  let engine: Engine;
  let physics: Physics;
  let auditor: Auditor;
  let start: Float32Array;
  beforeAll(async () => {
    engine = await createWasmEngine();
    physics = uneven(
      await physicsOfFile({
        ...ground(3, 2, { z: 'absorbing', y: ['neumann', 'dirichlet'], x: ['absorbing', 'neumann'] }),
        grid: { shape: [32, 32, 32], spacing: 1 },
      }),
    );
    auditor = new Auditor(physics, updateOf(physics), SECRET);
    start = await passing(
      { name: 'pulse', on: (honest) => honest },
      startOf((cell) => Math.exp(-((cell[0] - 16) ** 2 + (cell[1] - 16) ** 2 + (cell[2] - 20) ** 2) / 40)),
    );
  });
  afterAll(() => engine.close());

  const startOf = (value: (cell: Triple) => number): Float32Array => {
    const slabs = startSlabs(physics, coneOf(physics, whole, STEPS), { kind: 'all' });
    return Float32Array.from(slabs.flatMap(({ box }) => Array.from(eachCellOf(box, value))));
  };
  const passing = (attack: Attack, from: Float32Array): Promise<Float32Array> =>
    recompute(attack.on(engine), physics, coneOf(physics, whole, STEPS), { kind: 'all' }, 0, from);
  const audit = (box: Box, from: Float32Array, to: Float32Array): Promise<Verdict> => {
    const evidence = auditor.evidenceFor(box, STEPS, 0);
    const cut = (cells: Float32Array, slabs: readonly Slab[]) =>
      Float32Array.from(
        slabs.flatMap(({ level, box: part }) => {
          const first = level === 'now' ? 0 : cellCount(whole);
          return Array.from(cutDense(cells.subarray(first, first + cellCount(whole)), whole, part));
        }),
      );
    return auditor.check(box, STEPS, 0, 0, { start: cut(from, evidence.start), end: cut(to, evidence.end) });
  };
  const boxAround = ([z, y, x]: Triple): Box => ({ lo: [z, y, x], hi: [z + EDGE, y + EDGE, x + EDGE] });
  const places = (count: number): Triple[] =>
    Array.from({ length: count }, (_, n): Triple => {
      const along = (axis: number) => Math.floor(((hashed([n, axis, 0], 5) + 1) / 2) * (33 - EDGE));
      return [along(0), along(1), along(2)];
    });

  it('lets what is honest pass, with room to spare', async () => {
    for (const from of [start, startOf((cell) => hashed(cell, 3)), startOf(() => 0)]) {
      const to = await passing({ name: 'honest', on: (honest) => honest }, from);
      for (const place of places(6)) {
        const verdict = await audit(boxAround(place), from, to);
        expect(verdict).toEqual({ kind: 'holds', error: expect.any(Number) });
        if (verdict.kind === 'holds') expect(verdict.error).toBeLessThan(1e-6);
      }
    }
  });

  it.each([skippedStep, halfPrecision, wrongMedium, replayedState])('finds $name', async (attack) => {
    const to = await passing(attack, start);
    for (const place of [
      [13, 13, 17],
      [10, 16, 20],
      [17, 14, 22],
      [0, 22, 20],
    ] as const) {
      expect((await audit(boxAround(place), start, to)).kind, `${place}`).toBe('broken');
    }
  });

  it('finds a missing source where it feeds, and a stale halo where it is read', async () => {
    const quiet = await passing(missingSource, start);
    expect((await audit(boxAround([3, 6, 4]), start, quiet)).kind).toBe('broken');
    const stale = await passing(staleHalo, start);
    expect((await audit(boxAround([14, 14, 19]), start, stale)).kind).toBe('broken');
    expect((await audit(boxAround([14, 14, 6]), start, stale)).kind).toBe('holds');
  });

  it.each([
    { part: 1e-2, least: 6 },
    { part: 1e-3, least: 6 },
    { part: 1e-4, least: 3 },
  ])(
    'finds one cell that is off by $part of the peak, at least $least times in 6',
    async ({ part, least }) => {
      let found = 0;
      for (const place of places(6)) {
        const [z, y, x] = place;
        const to = await passing(cellOff([z + 2, y + 3, x + 1], part), start);
        if ((await audit(boxAround(place), start, to)).kind === 'broken') found += 1;
      }
      expect(found).toBeGreaterThanOrEqual(least);
    },
  );

  it('refuses what is not finite', async () => {
    const to = await passing(notFinite([12, 12, 12]), start);
    expect(await audit(boxAround([10, 10, 10]), start, to)).toEqual({ kind: 'not finite' });
  });

  it('uses other vectors after a rotation, which agree on what is honest', async () => {
    const to = await passing({ name: 'honest', on: (honest) => honest }, start);
    const errors = [];
    for (let turn = 0; turn < 2; turn += 1) {
      errors.push(await audit(boxAround([10, 10, 10]), start, to));
      auditor.rotate();
    }
    expect(errors.map(({ kind }) => kind)).toEqual(['holds', 'holds']);
    expect(errors[0]).not.toEqual(errors[1]);
  });

  it('takes exactly the cells that it asked for', async () => {
    const few = { start: new Float32Array(3), end: new Float32Array(3) };
    await expect(auditor.check(boxAround([10, 10, 10]), STEPS, 0, 0, few)).rejects.toThrow(RangeError);
  });
});
