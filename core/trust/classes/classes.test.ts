import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../shaders/engine.js';
import { createWasmEngine } from '../../../shaders/wasm/engine.js';
import { dawnAdapter } from '../../../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../../../shaders/webgpu/engine.js';
import { type Box, boxOfShape, eachCellOf } from '../../grid/box.js';
import type { JobFileInput } from '../../job/schema.js';
import { cellOff, halfPrecision, notFinite, skippedStep, wrongMedium } from '../attacks.suite.js';
import { coneOf, endSlabs, startSlabs } from '../cone.js';
import type { Physics } from '../physics.js';
import { hashed, physicsOfFile, uneven } from '../physics.suite.js';
import { compareAcrossClasses, compareWithinClass } from '../replica/compare.js';
import { recompute } from '../replica/recompute.js';
import { fusedEngine } from './fused-engine.suite.js';
import { runTestWindow, type TestWindow } from './test-window.js';
import { toleranceBetween, toleranceSchema } from './tolerance.js';

const file: JobFileInput = {
  name: 'ground',
  model: { base: 'medium', order: 4, trackers: ['rms2', 'freq', 'peak'] },
  components: ['a', 'b'],
  grid: { shape: [30, 32, 34], spacing: 1, brick: 8 },
  time: { steps: 100, dt: 0.1 },
  boundary: { z: ['absorbing', 'neumann'], y: 'periodic', x: ['dirichlet', 'absorbing'] },
  media: { speed: 2 },
  sources: {
    near: {
      field: 'psi.b',
      at: { z: 14, y: 1, x: 9 },
      amplitude: 40,
      signal: { shape: 'tone-burst', frequency: 0.5, cycles: 6 },
    },
  },
};
const whole = boxOfShape([30, 32, 34]);
const brick: Box = { lo: [8, 0, 8], hi: [16, 8, 16] };
const STEPS = 6;
const ALL = { kind: 'all' } as const;

let engines: Record<'wasm' | 'webgpu' | 'fused', Engine>;
let windows: Record<'wasm' | 'webgpu' | 'fused', TestWindow>;
let physics: Physics;
let start: Float32Array;
beforeAll(async () => {
  engines = {
    wasm: await createWasmEngine(),
    webgpu: await createWebgpuEngine(await dawnAdapter()),
    fused: fusedEngine(),
  };
  const [wasm, webgpu, fused] = await Promise.all(
    [engines.wasm, engines.webgpu, engines.fused].map((engine) => runTestWindow(engine)),
  );
  windows = { wasm, webgpu, fused } as typeof windows;
  physics = uneven(await physicsOfFile(file));
  const cone = coneOf(physics, whole, STEPS);
  const cells = startSlabs(physics, cone, ALL).flatMap(({ box, field }, seed) =>
    Array.from(eachCellOf(box, ([z, y, x]) => (field === 'psi' ? hashed([z, (y + 32) % 32, x], seed) : 0))),
  );
  start = Float32Array.from(cells);
});
afterAll(() => Promise.all(Object.values(engines).map((engine) => engine.close())));

describe('a numerical class', () => {
  it('is found by the test window, the same at each run and on each of an engine’s threads', async () => {
    expect(windows.wasm.class).toMatch(/^[0-9a-f]{16}$/);
    expect((await runTestWindow(engines.wasm)).class).toBe(windows.wasm.class);
    expect((await runTestWindow(engines.webgpu)).class).toBe(windows.webgpu.class);
  });

  it('is another where products are fused, and where half of the digits are kept', async () => {
    expect(windows.fused.class).not.toBe(windows.wasm.class);
    expect((await runTestWindow(halfPrecision.on(engines.wasm))).class).not.toBe(windows.wasm.class);
  });

  it('is apart from another by some roundings, and the tolerance says how many', () => {
    const tolerance = toleranceBetween(windows.wasm, windows.fused);
    expect(toleranceSchema.parse(JSON.parse(JSON.stringify(tolerance)))).toEqual(tolerance);
    expect(tolerance.measured).toBeGreaterThan(1e-8);
    expect(tolerance.tolerance).toBeLessThan(2e-5);
    expect(toleranceBetween(windows.wasm, windows.webgpu).tolerance).toBeLessThan(2e-5);
    expect(() => toleranceBetween(windows.wasm, { class: 'x', cells: new Float32Array(1) })).toThrow(
      RangeError,
    );
  });
});

describe('a brick computed again', () => {
  /** What the cone of the brick has at the start of a run of the whole grid, and what an engine says the brick has at its end. */
  async function claimOf(engine: Engine) {
    const everything = await recompute(engine, physics, coneOf(physics, whole, STEPS), ALL, 3, start);
    const cone = coneOf(physics, brick, STEPS);
    const slabs = { start: startSlabs(physics, cone, ALL), end: endSlabs(physics, cone, ALL) };
    const shard = await engines.wasm.createShard({
      model: physics.model,
      components: 2,
      dimensions: 3,
      frame: coneOf(physics, whole, STEPS).held,
      constants: physics.constants,
      probes: [],
      media: { speed: 0, damping: 0, potential: 0, outward_x: 0, outward_y: 0, outward_z: 0 },
    });
    const wholeCone = coneOf(physics, whole, STEPS);
    await shard.write(startSlabs(physics, wholeCone, ALL), start);
    const from = await shard.read(slabs.start);
    await shard.write(endSlabs(physics, wholeCone, ALL), everything);
    const end = await shard.read(slabs.end);
    await shard.close();
    return { cone, slabs, from, end };
  }

  it.each(['wasm', 'webgpu', 'fused'] as const)(
    'on the same class, %s, is the same bit for bit',
    async (kind) => {
      const { cone, from, end } = await claimOf(engines[kind]);
      const again = await recompute(engines[kind], physics, cone, ALL, 3, from);
      expect(compareWithinClass(end, again)).toEqual({ kind: 'same' });
      expect(end.some((value) => value !== 0)).toBe(true);
    },
  );

  it.each([
    ['wasm', 'fused'],
    ['webgpu', 'fused'],
    ['wasm', 'webgpu'],
  ] as const)('on another class, %s by %s, is within the tolerance of the two', async (one, other) => {
    const { cone, slabs, from, end } = await claimOf(engines[one]);
    const again = await recompute(engines[other], physics, cone, ALL, 3, from);
    const { tolerance } = toleranceBetween(windows[one], windows[other]);
    expect(compareAcrossClasses(physics, end, again, slabs, from, tolerance)).toMatchObject({ kind: 'near' });
  });

  it.each([skippedStep, halfPrecision, wrongMedium, cellOff([11, 5, 12], 1e-2), notFinite([11, 5, 12])])(
    'shows $name, on the same class and on another',
    async (attack) => {
      const { cone, slabs, from, end } = await claimOf(attack.on(engines.wasm));
      const [same, other] = await Promise.all(
        [engines.wasm, engines.fused].map((engine) => recompute(engine, physics, cone, ALL, 3, from)),
      );
      const { tolerance } = toleranceBetween(windows.wasm, windows.fused);
      const found = attack.name === 'NaN' ? 'not finite' : 'apart';
      expect(compareWithinClass(end, same as Float32Array).kind).toBe(found);
      expect(compareAcrossClasses(physics, end, other as Float32Array, slabs, from, tolerance).kind).toBe(
        found,
      );
    },
  );
});
