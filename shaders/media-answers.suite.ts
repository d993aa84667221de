import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Box, boxOfShape, cellCount, type Triple } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { Engine, EngineShard, ProbePoint, Source, Update } from './engine.js';
import { type MediumModelOptions, mediumModel, type Order } from './models/medium/medium.js';
import { wave } from './models/wave.js';

/** c = dx = 1 where a test says nothing else; dt is the Courant number. */
const DT = 0.4;
const ORDERS: readonly Order[] = [2, 4, 8];

/**
 * Answers that are known without computing (PHYSICS.md, section 2): walls, layers, sources and media, on the
 * whole grid as one shard of any engine. Plane waves run along x between mirrors, which they do not feel.
 */
export function mediaAnswers(name: string, makeEngine: () => Promise<Engine>): void {
  describe(`exact answers in media on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(() => engine?.close());

    /**
     * How far a standing wave between mirrors, on a square of `cells`², is from cos(n·swing) after some five quarters of
     * its period: relative L2.
     */
    const errorOfMode = async (run: {
      readonly cells: number;
      readonly order: Order;
      readonly dt: number;
      readonly wavenumber: number;
      readonly swing: number;
    }): Promise<number> => {
      const { cells, order, dt, wavenumber, swing } = run;
      const tank = await Tank.of(engine, {
        shape: [1, cells, cells],
        order,
        dt,
        mirrors: { lo: [0, order / 2, order / 2], hi: [0, order / 2, order / 2] },
      });
      const mode = ([, y, x]: Triple) => Math.cos(wavenumber * (y + 0.5)) * Math.cos(wavenumber * (x + 0.5));
      await tank.start(mode, (cell) => mode(cell) * Math.cos(swing));
      const steps = Math.round((2.5 * Math.PI) / swing);
      await tank.advance(steps);
      const [after, whole] = [await tank.row(0), Array.from({ length: cells }, (_, x) => mode([0, 0, x]))];
      await tank.close();
      const error = after.map((value, x) => value - (whole[x] ?? 0) * Math.cos(steps * swing));
      return Math.hypot(...error) / Math.hypot(...whole);
    };

    test('4. a point source is heard as s(t − R/c)/(4πc²R)', async () => {
      const [half, distance, sigma] = [27, 12, 5];
      const centre: Triple = [half, half, half];
      const heard: Triple = [half, half, half + distance];
      const side = 2 * half + 1;
      const tank = await Tank.of(engine, {
        shape: [side, side, side],
        sources: [{ component: 0, field: 'psi', box: cellBox(centre) }],
        probes: [{ component: 0, field: 'psi', cell: heard }],
      });
      const delay = 4 * sigma;
      const signal = (t: number) => -((t - delay) / sigma) * Math.exp(-(((t - delay) / sigma) ** 2) / 2);
      const samples = await tank.advance((delay + distance + 3 * sigma) / DT, (time) => [
        DT ** 2 * signal(time),
      ]);
      const expected = samples.map(
        (_, step) => signal((step + 1) * DT - distance) / (4 * Math.PI * distance),
      );
      expect(relativeL2(samples, expected)).toBeLessThan(0.012);
      await tank.close();
    });

    test.each(ORDERS.flatMap((order) => [{ order, wall: 1 } as const, { order, wall: -1 } as const]))(
      '6. order $order: a wall sends a pulse back times $wall',
      async ({ order, wall }) => {
        const cells = 120;
        const tank = await Tank.of(engine, {
          shape: [1, 2 * order, cells],
          order,
          mirrors: { lo: [0, order, 0], hi: [0, order, wall === 1 ? order / 2 : 0] },
        });
        const pulse = (x: number) => Math.exp(-(((x - 70) / 8) ** 2));
        await tank.start(
          ([, , x]) => pulse(x),
          ([, , x]) => pulse(x + DT),
        );
        // A mirror lies half a cell beyond the last cell, a fixed edge on its first cell.
        const mirror = wall === 1 ? cells - 0.5 : cells - order / 2;
        const steps = 180;
        await tank.advance(steps);
        const returned = await tank.row();
        const expected = returned.map((_, x) => wall * pulse(2 * mirror - x - steps * DT));
        expect(relativeL2(returned, expected)).toBeLessThan(order === 2 ? 0.06 : 0.04);
        await tank.close();
      },
    );

    test('7. a sponge with a quadratic profile weakens what comes back by exp(−2γL/3c)', async () => {
      const [cells, layer, strongest] = [280, 80, 0.04];
      const tank = await Tank.of(engine, {
        shape: [1, 8, cells],
        order: 8,
        mirrors: { lo: [0, 4, 0], hi: [0, 4, 0] },
        damping: ([, , x]) => DT * strongest * (Math.max(0, x - (cells - 4 - layer)) / layer) ** 2,
      });
      const pulse = (x: number) => Math.exp(-(((x - 90) / 20) ** 2)) * Math.cos(x / 2.5);
      await tank.start(
        ([, , x]) => pulse(x),
        ([, , x]) => pulse(x + DT),
      );
      const sent = Math.hypot(...(await tank.row()));
      await tank.advance((2 * (cells - 4 - 90)) / DT);
      const returned = Math.hypot(...(await tank.row())) / sent;
      expect(returned / Math.exp((-2 * strongest * layer) / 3)).toBeCloseTo(1, 1);
      await tank.close();
    });

    /**
     * What layers at the far end of x send back of a packet of 16 cells to the wave, as a share of its amplitude: the
     * difference to a grid that goes on, relative L2. At 0 or 45 degrees: between mirrors at y, ±k_y run together.
     */
    const echoOf = async (layer: 'absorbing' | 'damped', order: Order, degrees: 0 | 45): Promise<number> => {
      const radius = layer === 'absorbing' ? Math.max(2, order / 2) : order / 2;
      const rows = degrees === 0 ? 2 * radius : 11;
      const ky = degrees === 0 ? 0 : Math.PI / rows;
      const kx = degrees === 0 ? Math.PI / 8 : ky;
      const swing = 2 * Math.asin((DT / 2) * Math.sqrt(symbolOf(order, kx) + symbolOf(order, ky)));
      const width = degrees === 0 ? 24 : 40;
      const start = 2.5 * width;
      const cells = Math.round(start + 2.5 * width);
      const thickness = layer === 'absorbing' ? 10 : 20;
      const speed = degrees === 0 ? 1 : Math.SQRT1_2;
      const steps = Math.round((2 * (cells - start) + thickness) / speed / DT);
      const depth = (x: number) => Math.max(0, Math.min(x - cells, thickness - 1) + 0.5) / thickness;
      const run = async (length: number, strongest: number) => {
        const profile = ([, , x]: Triple) => (x < cells ? 0 : strongest * depth(x) ** 2);
        const tank = await Tank.of(engine, {
          shape: [1, rows, length],
          order,
          absorbing: layer === 'absorbing',
          mirrors: { lo: [0, radius, 0], hi: [0, radius, 0] },
          ...(layer === 'absorbing' ? { outward: profile } : { sponge: profile }),
        });
        const packet =
          (time: number) =>
          ([, y, x]: Triple) =>
            Math.exp(-(((x - start - speed * time) / width) ** 2)) *
            Math.cos(kx * (x - start) - (swing / DT) * time) *
            Math.cos(ky * (y + 0.5));
        await tank.start(packet(0), packet(-DT));
        const sent = await tank.row(0);
        await tank.advance(steps);
        const row = await tank.row(0);
        await tank.close();
        return { sent, left: row.subarray(0, cells) };
      };
      const strongest = layer === 'absorbing' ? 2 : 0.375;
      const ended = await run(cells + thickness + radius, strongest);
      const endless = await run(cells + Math.ceil(steps * DT) + 2 * radius, 0);
      return (
        Math.hypot(...ended.left.map((value, x) => value - (endless.left[x] ?? 0))) /
        Math.hypot(...ended.sent)
      );
    };

    test.each(ORDERS)(
      '7. order %i: an absorbing layer of ten cells sends back less than −60 dB',
      async (order) => {
        expect(await echoOf('absorbing', order, 0)).toBeLessThan(1e-3);
      },
    );

    test.each([
      { layer: 'absorbing', degrees: 45, echo: -18 },
      { layer: 'damped', degrees: 0, echo: -41 },
      { layer: 'damped', degrees: 45, echo: -24 },
    ] as const)(
      '7. at $degrees°, the $layer layer sends back $echo dB of 16 cells to the wave',
      async (known) => {
        const echo = await echoOf(known.layer, 4, known.degrees);
        expect(Math.abs(20 * Math.log10(echo) - known.echo)).toBeLessThan(1.5);
      },
    );

    test('9. a run is bounded if and only if r²·Σ sin²(π(N−2)/2(N−1)) < 1', async () => {
      const cells = 9;
      const limit = 1 / (Math.SQRT2 * Math.sin((Math.PI * (cells - 2)) / (2 * (cells - 1))));
      const largest = async (dt: number) => {
        const constants = wave.evaluate({ parameters: { speed: 1 }, spacing: 1, dt, dimensions: 2 });
        const frame = boxOfShape([1, cells, cells]);
        const shard = await engine.createShard({
          model: compileModel(wave),
          components: 1,
          dimensions: 2,
          frame,
          constants,
          probes: [],
        });
        const now = { component: 0, field: 'psi', level: 'now', box: frame } as const;
        const inside = { lo: [0, 1, 1], hi: [1, cells - 1, cells - 1] } as const;
        const start = { ...now, box: inside };
        const values = Float32Array.from(
          { length: cellCount(inside) },
          (_, index) => ((index * 37) % 11) / 11 - 0.5,
        );
        await shard.write([start, { ...start, level: 'before' }], Float32Array.of(...values, ...values));
        await shard.advance(Array.from({ length: 400 }, (_, step) => ({ box: inside, time: step })));
        const cellsNow = await shard.read([now]);
        await shard.close();
        return Math.max(...cellsNow.map(Math.abs));
      };
      expect(await largest(0.999 * limit)).toBeLessThan(20);
      expect(await largest(1.001 * limit)).toBeGreaterThan(1e9);
    });

    test.each([
      { order: 2, sizes: [16, 20, 26, 32] },
      { order: 4, sizes: [12, 15, 19, 24] },
      { order: 8, sizes: [9, 10, 12, 14] },
    ] as const)(
      'order $order in space: over four grids, whole runs converge with it',
      async ({ order, sizes }) => {
        const errors: number[] = [];
        for (const cells of sizes) {
          // A wave that is exact in space, and goes in time as leapfrog has it: what is left is the error of ∇²ψ.
          const wavenumber = (Math.PI * (order === 8 ? 4 : 2)) / cells;
          const swing = 2 * Math.asin((DT * Math.SQRT2 * wavenumber) / 2);
          errors.push(await errorOfMode({ cells, order, dt: DT, wavenumber, swing }));
        }
        for (const found of ordersOf(errors, sizes))
          expect(Math.abs(found - order)).toBeLessThan(0.12 * order);
      },
    );

    test('order 2 in time: over four steps, whole runs converge with it', async () => {
      const errors: number[] = [];
      const steps = [0.4, 0.283, 0.2, 0.141];
      for (const dt of steps) {
        // The exact motion of the grid's own cells: what is left is the error of the step.
        const [cells, wavenumber] = [16, Math.PI / 8];
        const swing = dt * Math.sqrt(2 * symbolOf(8, wavenumber));
        errors.push(await errorOfMode({ cells, order: 8, dt, wavenumber, swing }));
      }
      const found = ordersOf(
        errors,
        steps.map((dt) => 1 / dt),
      );
      for (const order of found) expect(Math.abs(order - 2)).toBeLessThan(0.1);
    });

    test.each(ORDERS)(
      'order %i: a mode between mirrors, damped and in a potential, swings as the scheme has it',
      async (order) => {
        const [cells, radius, damping, potential] = [16, order / 2, 0.01, 0.03];
        const tank = await Tank.of(engine, {
          shape: [cells, cells, cells],
          order,
          mirrors: { lo: [radius, radius, radius], hi: [radius, radius, radius] },
          damping: () => damping,
          potential: () => potential,
          trackers: ['peak'],
        });
        const mode = (cell: Triple) =>
          cell.reduce((product, i) => product * Math.cos((Math.PI * (i + 0.5)) / cells), 1);
        // (1 + γ)x² − (2 − r²·symbol − V)x + (1 − γ) = 0, x = ρ·exp(iθ)
        const symbol = 3 * symbolOf(order, Math.PI / cells);
        const decay = Math.sqrt((1 - damping) / (1 + damping));
        const swing = Math.acos((2 - DT ** 2 * symbol - potential) / (2 * (1 + damping) * decay));
        await tank.start(mode, (cell) => (mode(cell) * Math.cos(swing)) / decay);
        const steps = 60;
        await tank.advance(steps);
        const expected = mode([0, 0, 0]) * decay ** steps * Math.cos(steps * swing);
        const [found = Number.NaN] = await tank.row(0);
        expect(Math.abs(found - expected)).toBeLessThan(2e-5);
        const [peak = Number.NaN] = await tank.row(0, 'peak');
        const sizes = Array.from({ length: steps }, (_, n) =>
          Math.abs(decay ** (n + 1) * Math.cos((n + 1) * swing)),
        );
        expect(peak).toBeCloseTo(mode([0, 0, 0]) * Math.max(...sizes), 4);
        await tank.close();
      },
    );
  });
}

interface TankOptions {
  readonly shape: Triple;
  readonly order?: Order;
  readonly trackers?: MediumModelOptions['trackers'];
  readonly absorbing?: boolean;
  readonly dt?: number;
  /** Ghost layers at each face; where there are none, the edge is fixed. */
  readonly mirrors?: { readonly lo: Triple; readonly hi: Triple };
  /** In cells and steps. */
  readonly damping?: (cell: Triple) => number;
  readonly potential?: (cell: Triple) => number;
  readonly outward?: (cell: Triple) => number;
  /** γ/c per cell. */
  readonly sponge?: (cell: Triple) => number;
  readonly sources?: readonly Source[];
  readonly probes?: readonly ProbePoint[];
}

/** A grid of the medium's model with walls, as one shard. */
class Tank {
  private steps = 0;

  private constructor(
    private readonly shard: EngineShard,
    private readonly whole: Box,
    private readonly inside: Box,
    private readonly dt: number,
  ) {}

  static async of(engine: Engine, options: TankOptions): Promise<Tank> {
    const {
      shape,
      order = 2,
      absorbing = false,
      trackers = [],
      dt = DT,
      sources = [],
      probes = [],
    } = options;
    const { lo, hi } = options.mirrors ?? { lo: [0, 0, 0], hi: [0, 0, 0] };
    const damped = options.sponge !== undefined;
    const model = mediumModel({ order, absorbing, damped, trackers });
    const whole = boxOfShape(shape);
    const dimensions = shape[0] === 1 ? 2 : 3;
    // Along y the plane waves' mirrors are as thick as the model reads, whatever a test asks for.
    const ghosts = (layers: Triple): Triple =>
      layers.map((n) => Math.min(n, model.radius)) as unknown as Triple;
    const [near, far] = [ghosts(lo), ghosts(hi)];
    const fixed = (layers: number, axis: number) =>
      layers > 0 || (axis === 0 && dimensions === 2) ? 0 : model.radius;
    const { damping, potential, outward: outward_x, sponge } = options;
    const media = { damping, potential, outward_x, sponge };
    const cells = Object.entries(media).filter(
      ([name, value]) => value && model.media.some((m) => m.name === name),
    );
    const shard = await engine.createShard({
      model: compileModel(model),
      components: 1,
      dimensions,
      frame: {
        lo: [-near[0], -near[1], -near[2]],
        hi: [shape[0] + far[0], shape[1] + far[1], shape[2] + far[2]],
      },
      domain: whole,
      media: {
        speed: dt,
        damping: 0,
        potential: 0,
        outward_x: 0,
        outward_y: 0,
        outward_z: 0,
        ...Object.fromEntries(cells.map(([name]) => [name, 'cells' as const])),
      },
      constants: model.evaluate({ parameters: {}, spacing: 1, dt, dimensions }),
      sources,
      probes,
    });
    for (const [field, value] of cells) {
      const slab = { component: 0, field, level: 'now', box: whole } as const;
      await shard.write([slab], Float32Array.from(cellsOf(whole), value as (cell: Triple) => number));
    }
    const inside: Box = {
      lo: [fixed(near[0], 0), fixed(near[1], 1), fixed(near[2], 2)],
      hi: [shape[0] - fixed(far[0], 0), shape[1] - fixed(far[1], 1), shape[2] - fixed(far[2], 2)],
    };
    return new Tank(shard, whole, inside, dt);
  }

  async start(now: (cell: Triple) => number, before: (cell: Triple) => number): Promise<void> {
    const slab = { component: 0, field: 'psi', box: this.inside } as const;
    const values = [now, before].flatMap((level) => cellsOf(this.inside).map(level));
    await this.shard.write(
      [
        { ...slab, level: 'now' },
        { ...slab, level: 'before' },
      ],
      Float32Array.from(values),
    );
  }

  async advance(steps: number, amplitudes: (time: number) => number[] = () => []): Promise<Float32Array> {
    const updates = Array.from({ length: Math.round(steps) }, (_, step): Update => {
      const time = (this.steps + step) * this.dt;
      return { box: this.inside, time, amplitudes: amplitudes(time) };
    });
    this.steps += updates.length;
    return (await this.shard.advance(updates)).samples;
  }

  /** A row along x, by default through the middle. */
  row(y: number = this.whole.hi[1] >> 1, field = 'psi'): Promise<Float32Array> {
    const box: Box = { lo: [0, y, 0], hi: [1, y + 1, this.whole.hi[2]] };
    return this.shard.read([{ component: 0, field, level: 'now', box }]);
  }

  close(): Promise<void> {
    return this.shard.close();
  }
}

/** The exponents p of errors that fall as size^−p, from one to the next. */
function ordersOf(errors: readonly number[], sizes: readonly number[]): number[] {
  return errors.slice(1).map((error, index) => {
    const finer = (sizes[index + 1] ?? 1) / (sizes[index] ?? 1);
    return Math.log((errors[index] ?? 0) / error) / Math.log(finer);
  });
}

/** −dx²·∂² of a wave of `phase` radians a cell, by the textbook weights. */
function symbolOf(order: Order, phase: number): number {
  const weights = { 2: [1], 4: [4 / 3, -1 / 12], 8: [8 / 5, -1 / 5, 8 / 315, -1 / 560] }[order];
  return weights.reduce((sum, weight, index) => sum + 2 * weight * (1 - Math.cos((index + 1) * phase)), 0);
}

function relativeL2(found: Float32Array, expected: Float32Array): number {
  const difference = found.map((value, index) => value - (expected[index] as number));
  return Math.hypot(...difference) / Math.hypot(...expected);
}

function cellBox([z, y, x]: Triple): Box {
  return { lo: [z, y, x], hi: [z + 1, y + 1, x + 1] };
}

function cellsOf({ lo, hi }: Box): Triple[] {
  const along = (axis: 0 | 1 | 2) =>
    Array.from({ length: hi[axis] - lo[axis] }, (_, index) => lo[axis] + index);
  return along(0).flatMap((z) => along(1).flatMap((y) => along(2).map((x): Triple => [z, y, x])));
}
