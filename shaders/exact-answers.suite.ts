import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Box, boxOfShape, cellCount, grow, type Triple } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { Engine, EngineShard, ProbePoint, Slab, Update } from './engine.js';
import type { Field, Model } from './model.js';
import { WAVE_TRACKERS, wave, waveModel } from './models/wave.js';

/** c = dx = 1 throughout; dt is the Courant number. */
const STABLE = 0.95;

/**
 * Answers that are known without computing (PHYSICS.md, section 2), on the whole grid as one shard of any engine.
 * Tolerances are those of f32: each step rounds ψ to about 6e-8 of its size, and leapfrog adds these
 * errors up over n steps to between √n and n times 1/sin(ω·dt) of that. None relies on subnormal numbers.
 */
export function exactAnswers(name: string, makeEngine: () => Promise<Engine>): void {
  describe(`exact answers on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(() => engine.close());

    test.each([
      { shape: [13, 17, 21] as const, modes: [1, 2, 3] as const },
      { shape: [1, 25, 30] as const, modes: [0, 3, 1] as const },
    ])(
      '1. a mode of a box $shape with fixed edges swings at the frequency of the scheme',
      async ({ shape, modes }) => {
        const grid = await Grid.of(engine, shape, stableStep(shape));
        const mode = standingWave(shape, modes);
        const swing = modeFrequency(shape, modes, grid.dt) * grid.dt;
        await grid.start(mode, (cell) => mode(cell) * Math.cos(swing));
        const steps = 200;
        await grid.advance(steps);
        const expected = (cell: Triple) => mode(cell) * Math.cos(swing * steps);
        expect(largestDifference(await grid.read('now'), grid.fill(expected))).toBeLessThan(1e-4);
        await grid.close();
      },
    );

    test.each([
      { direction: [0, 0, 1] as const, speed: 0.99233 },
      { direction: [0, 1, 1] as const, speed: 0.99808 },
      { direction: [1, 1, 1] as const, speed: 1 },
    ])(
      '2. a plane wave of 12 cells along $direction runs at $speed of c at the stable limit',
      async ({ direction, speed }) => {
        const shape: Triple = [28, 28, 28];
        const grid = await Grid.of(engine, shape, 1 / Math.sqrt(3));
        const wavenumber = (2 * Math.PI) / 12;
        const [kz, ky, kx] = direction.map((part) => (part * wavenumber) / Math.hypot(...direction)) as [
          number,
          number,
          number,
        ];
        const phase = ([z, y, x]: Triple) => kz * z + ky * y + kx * x;
        const swing =
          2 * Math.asin(grid.dt * Math.hypot(Math.sin(kz / 2), Math.sin(ky / 2), Math.sin(kx / 2)));
        await grid.start(
          (cell) => Math.cos(phase(cell)),
          (cell) => Math.cos(phase(cell) + swing),
        );
        // No edge is right for a plane wave, so each step updates one layer less.
        const steps = 9;
        await grid.advance(steps, (step) => grow(boxOfShape(shape), [-1 - step, -1 - step, -1 - step]));
        const middle = grow(boxOfShape(shape), [-steps, -steps, -steps]);
        const turned = phaseOf(await grid.read('now', middle), cellsOf(middle).map(phase));
        expect(Math.abs(turned / (steps * grid.dt * wavenumber) - speed)).toBeLessThan(1e-5);
        await grid.close();
      },
    );

    test('3. the discrete energy stays what it was', async () => {
      const shape: Triple = [14, 13, 15];
      const grid = await Grid.of(engine, shape, stableStep(shape));
      const bump = gaussian(shape, [6, 7, 5], 1.5);
      await grid.start(bump, bump);
      await grid.advance(1);
      const energy = await grid.energy();
      await grid.advance(300);
      expect(Math.abs((await grid.energy()) / energy - 1)).toBeLessThan(1e-5);
      await grid.close();
    });

    test.each([{ shape: [23, 23, 23] as const }, { shape: [1, 23, 23] as const }])(
      '5. n steps after an impulse on $shape, cells more than n away are exactly 0',
      async ({ shape }) => {
        const grid = await Grid.of(engine, shape, stableStep(shape));
        const centre = shape.map((length) => Math.floor(length / 2)) as unknown as Triple;
        const distance = (cell: Triple) =>
          cell.reduce((sum, place, axis) => sum + Math.abs(place - (centre[axis] as number)), 0);
        const impulse = (cell: Triple) => (distance(cell) === 0 ? 1 : 0);
        await grid.start(impulse, impulse);
        const steps = 8;
        await grid.advance(steps);
        const values = await grid.read('now');
        const distances = cellsOf(grid.whole).map(distance);
        expect(
          values.filter((value, index) => (distances[index] as number) > steps && value !== 0),
        ).toHaveLength(0);
        expect(values.filter((value, index) => distances[index] === steps && value === 0)).toHaveLength(0);
        await grid.close();
      },
    );

    test('5. behind a pulse the field is back at 0 in 3-D, and not in 2-D (Huygens)', async () => {
      const left: number[] = [];
      for (const shape of [
        [32, 32, 32],
        [1, 32, 32],
      ] as const) {
        const grid = await Grid.of(engine, shape, 0.5);
        const pulse = gaussian(shape, [shape[0] >> 1, 16, 16], 2);
        await grid.start(pulse, pulse);
        await grid.advance(26);
        const [value = Number.NaN] = await grid.read('now', cellBox([shape[0] >> 1, 16, 16]));
        left.push(Math.abs(value));
        await grid.close();
      }
      expect(left[0]).toBeLessThan(0.003);
      expect(left[1]).toBeGreaterThan(0.02);
    });

    test('8. with its two levels swapped, a run goes back to where it started', async () => {
      const shape: Triple = [14, 16, 18];
      const grid = await Grid.of(engine, shape, stableStep(shape));
      const now = gaussian(shape, [6, 8, 9], 2);
      const before = gaussian(shape, [7, 8, 9], 2);
      await grid.start(now, before);
      await grid.advance(150);
      const [newest, older] = [await grid.read('now'), await grid.read('before')];
      await grid.write(older, newest);
      await grid.advance(150);
      expect(largestDifference(await grid.read('now'), grid.fill(before))).toBeLessThan(1e-4);
      expect(largestDifference(await grid.read('before'), grid.fill(now))).toBeLessThan(1e-4);
      await grid.close();
    });

    test('10. the running mean square of a constant a is a²·(1 − 0.995ⁿ)', async () => {
      const grid = await Grid.of(engine, [5, 6, 7], 0.5);
      const a = 0.75;
      await grid.start(
        () => a,
        () => a,
      );
      await grid.advance(300);
      const [rms2 = Number.NaN] = await grid.read('now', cellBox([2, 3, 3]), 'rms2');
      expect(rms2 / (a * a * (1 - 0.995 ** 300))).toBeCloseTo(1, 4);
      await grid.close();
    });

    test('10. of a steady sine it settles at A²/2, and the frequency at f', async () => {
      const shape: Triple = [9, 9, 9];
      const centre: Triple = [4, 4, 4];
      const probes = [
        { component: 0, field: 'rms2', cell: centre },
        { component: 0, field: 'freq', cell: centre },
      ];
      const grid = await Grid.of(engine, shape, stableStep(shape), probes);
      const mode = standingWave(shape, [1, 1, 1]);
      const frequency = modeFrequency(shape, [1, 1, 1], grid.dt) / (2 * Math.PI);
      await grid.start(mode, (cell) => mode(cell) * Math.cos(2 * Math.PI * frequency * grid.dt));
      const steps = 700;
      const samples = await grid.advance(steps);
      // The means over the last ten periods: within one, the tracker ripples by 0.0025/sin(ω·dt) of itself.
      const period = Math.round(10 / (frequency * grid.dt));
      const mean = (of: (step: number) => number) =>
        Array.from({ length: period }, (_, back) => of(steps - back)).reduce((sum, value) => sum + value) /
        period;
      const recorded = (probe: number) => mean((step) => samples[2 * (step - 1) + probe] ?? Number.NaN);
      const settling = mean((step) => 1 - 0.995 ** step);
      expect(Math.abs(recorded(0) / (0.5 * settling) - 1)).toBeLessThan(2e-3);
      // The first crossing ends no period; each later one is told in whole steps, and forgets a twentieth.
      const periods = mean((step) => 1 - 0.95 ** Math.floor(step * frequency * grid.dt - 0.75));
      expect(Math.abs(recorded(1) / (frequency * periods) - 1)).toBeLessThan(0.02);
      await grid.close();
    });

    test('10. the running maximum is the largest |ψ| so far, and to record it changes no bit of the others', async () => {
      const shape: Triple = [10, 11, 12];
      const watched = waveModel([...WAVE_TRACKERS, 'peak']);
      const plain = await Grid.of(engine, shape, stableStep(shape));
      const grid = await Grid.of(engine, shape, stableStep(shape), [], watched);
      const start = gaussian(shape, [4, 6, 5], 2);
      const largest = new Float32Array(plain.fill(start).length);
      for (const each of [plain, grid]) await each.start(start, start);
      for (let step = 0; step < 30; step += 1) {
        await grid.advance(1);
        for (const [index, value] of (await grid.read('now')).entries())
          largest[index] = Math.max(largest[index] as number, Math.abs(value));
      }
      await plain.advance(30);
      expect(await grid.read('now', grid.whole, 'peak')).toEqual(largest);
      for (const field of ['psi', 'rms2', 'freq', 'crossed'])
        expect(await grid.read('now', grid.whole, field)).toEqual(
          await plain.read('now', plain.whole, field),
        );
      await Promise.all([plain.close(), grid.close()]);
    });

    test('three components, each in a potential of its own, swing each at its own frequency', async () => {
      const shape: Triple = [11, 12, 13];
      const grid = await Grid.of(engine, shape, 0.4, [], threeComponents, potentials);
      const modes: Triple = [1, 2, 1];
      const mode = standingWave(shape, modes);
      const swings = new Map<string, number>();
      for (const [name, potential] of Object.entries(potentials)) {
        const free = Math.sin((modeFrequency(shape, modes, grid.dt) * grid.dt) / 2) ** 2;
        const swing = 2 * Math.asin(Math.sqrt(free + (potential * grid.dt ** 2) / 4));
        swings.set(name.replace('v_', ''), swing);
      }
      for (const [field, swing] of swings)
        await grid.start(mode, (cell) => mode(cell) * Math.cos(swing), field);
      const steps = 120;
      await grid.advance(steps);
      for (const [field, swing] of swings) {
        const expected = grid.fill((cell) => mode(cell) * Math.cos(swing * steps));
        expect(largestDifference(await grid.read('now', grid.whole, field), expected)).toBeLessThan(1e-4);
      }
      await grid.close();
    });
  });
}

/** V of each component, per unit of time squared. */
const potentials = { v_x: 0.1, v_y: 0.5, v_z: 2 };

/** A vector ψ: ∂²ψᵢ/∂t² = ∇²ψᵢ − Vᵢψᵢ. */
const threeComponents: Model = {
  ...wave,
  name: 'vector',
  wgsl: `struct Cell { x: f32, y: f32, z: f32 }
${['x', 'y', 'z']
  .map(
    (name) => `fn next_${name}() -> f32 {
  let around = ${name}(-1, 0, 0) + ${name}(1, 0, 0) + ${name}(0, -1, 0) + ${name}(0, 1, 0) + ${name}(0, 0, -1) + ${name}(0, 0, 1);
  let force = param.courant2 * (around - 6.0 * ${name}(0, 0, 0)) - param.dt * param.dt * v_${name}() * ${name}(0, 0, 0);
  return 2.0 * ${name}(0, 0, 0) - ${name}_before() + force;
}`,
  )
  .join('\n')}
fn update() -> Cell { return Cell(next_x(), next_y(), next_z()); }`,
  fields: ['x', 'y', 'z'].map((name): Field => ({ name, kind: 'wave', title: name, unit: () => '1' })),
  media: Object.keys(potentials).map((name) => ({ name, title: name, unit: () => '1', scale: () => 1 })),
};

/** The wave equation, or a model like it, on a whole grid with fixed edges, as one shard. */
class Grid {
  private steps = 0;

  private constructor(
    private readonly shard: EngineShard,
    readonly whole: Box,
    readonly dt: number,
    private readonly dimensions: 2 | 3,
  ) {}

  static async of(
    engine: Engine,
    shape: Triple,
    dt: number,
    probes: readonly ProbePoint[] = [],
    model: Model = wave,
    media: Readonly<Record<string, number>> = {},
  ): Promise<Grid> {
    const dimensions = dimensionsOf(shape);
    const frame = boxOfShape(shape);
    const constants = model.evaluate({ parameters: { speed: 1 }, spacing: 1, dt, dimensions });
    const compiled = compileModel(model);
    const shard = await engine.createShard({
      model: compiled,
      components: 1,
      dimensions,
      frame,
      constants,
      media,
      probes,
    });
    return new Grid(shard, frame, dt, dimensions);
  }

  start(now: (cell: Triple) => number, before: (cell: Triple) => number, field = 'psi'): Promise<void> {
    return this.write(this.fill(now), this.fill(before), field);
  }

  write(now: Float32Array, before: Float32Array, field = 'psi'): Promise<void> {
    const slabs = [this.slab('now', this.whole, field), this.slab('before', this.whole, field)];
    return this.shard.write(slabs, Float32Array.from([...now, ...before]));
  }

  read(level: 'now' | 'before', box: Box = this.whole, field = 'psi'): Promise<Float32Array> {
    return this.shard.read([this.slab(level, box, field)]);
  }

  async advance(steps: number, boxOf: (step: number) => Box = () => this.inside()): Promise<Float32Array> {
    const updates = Array.from({ length: steps }, (_, step): Update => {
      return { box: boxOf(step), time: (this.steps + step) * this.dt };
    });
    this.steps += steps;
    return (await this.shard.advance(updates)).samples;
  }

  fill(value: (cell: Triple) => number): Float32Array {
    return Float32Array.from(cellsOf(this.whole), value);
  }

  /** ½·[‖ψ − ψ⁻‖²/dt² + Σ over links of Δψ·Δψ⁻], in f64. */
  async energy(): Promise<number> {
    const [now, before] = [await this.read('now'), await this.read('before')];
    const [nz, ny, nx] = this.whole.hi;
    let sum = 0;
    for (const [index, [z, y, x]] of cellsOf(this.whole).entries()) {
      const at = (cells: Float32Array, ahead: number) =>
        (cells[index + ahead] as number) - (cells[index] as number);
      sum += ((now[index] as number) - (before[index] as number)) ** 2 / this.dt ** 2;
      if (x + 1 < nx) sum += at(now, 1) * at(before, 1);
      if (y + 1 < ny) sum += at(now, nx) * at(before, nx);
      if (z + 1 < nz) sum += at(now, nx * ny) * at(before, nx * ny);
    }
    return sum / 2;
  }

  close(): Promise<void> {
    return this.shard.close();
  }

  private inside(): Box {
    return grow(this.whole, [this.dimensions === 3 ? -1 : 0, -1, -1]);
  }

  private slab(level: 'now' | 'before', box: Box, field: string): Slab {
    return { component: 0, field, level, box };
  }
}

function dimensionsOf([nz]: Triple): 2 | 3 {
  return nz === 1 ? 2 : 3;
}

function stableStep(shape: Triple): number {
  return STABLE / Math.sqrt(dimensionsOf(shape));
}

/** Π sin(πmᵢi/(N−1)) over the axes that the grid has. */
function standingWave(shape: Triple, modes: Triple): (cell: Triple) => number {
  return (cell) =>
    cell.reduce((product, place, axis) => {
      const last = (shape[axis] as number) - 1;
      return last === 0 ? product : product * Math.sin((Math.PI * (modes[axis] as number) * place) / last);
    }, 1);
}

/** ω of sin²(ωdt/2) = dt²·Σ sin²(πmᵢ/2(N−1)). */
function modeFrequency(shape: Triple, modes: Triple, dt: number): number {
  const sines = shape.map((length, axis) =>
    length === 1 ? 0 : Math.sin((Math.PI * (modes[axis] as number)) / (2 * (length - 1))),
  );
  return (2 * Math.asin(dt * Math.hypot(...sines))) / dt;
}

/** exp(−R²/2σ²), and 0 on the edge cells. */
function gaussian(shape: Triple, centre: Triple, sigma: number): (cell: Triple) => number {
  const edge = ([z, y, x]: Triple) =>
    [z, y, x].some((place, axis) => {
      const last = (shape[axis] as number) - 1;
      return last > 0 && (place === 0 || place === last);
    });
  return (cell) => {
    const squared = cell.reduce((sum, place, axis) => sum + (place - (centre[axis] as number)) ** 2, 0);
    return edge(cell) ? 0 : Math.exp(-squared / (2 * sigma ** 2));
  };
}

/** φ of the least-squares fit ψ = A·cos(phase − φ), from −π to π. */
function phaseOf(values: Float32Array, phases: readonly number[]): number {
  let [cc, cs, ss, cv, sv] = [0, 0, 0, 0, 0];
  for (const [index, phase] of phases.entries()) {
    const [c, s, value] = [Math.cos(phase), Math.sin(phase), values[index] as number];
    cc += c * c;
    cs += c * s;
    ss += s * s;
    cv += c * value;
    sv += s * value;
  }
  return Math.atan2(sv * cc - cv * cs, cv * ss - sv * cs);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] as number))), 0);
}

function cellBox([z, y, x]: Triple): Box {
  return { lo: [z, y, x], hi: [z + 1, y + 1, x + 1] };
}

function cellsOf(box: Box): Triple[] {
  const [, ny, nx] = box.hi.map((end, axis) => end - (box.lo[axis] as number)) as [number, number, number];
  return Array.from({ length: cellCount(box) }, (_, index): Triple => {
    const [z, y, x] = [Math.floor(index / (ny * nx)), Math.floor(index / nx) % ny, index % nx];
    return [box.lo[0] + z, box.lo[1] + y, box.lo[2] + x];
  });
}
