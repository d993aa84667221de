import { afterAll, describe, expect, it } from 'vitest';
import { boxOfShape, cellCount, grow, type Triple } from '../../core/grid/box.js';
import { compileModel } from '../compiler/compile.js';
import type { ShardSpec, Slab, Update, WaveFormat } from '../engine.js';
import { suiteShard, suiteUpdate } from '../engine.suite.reference.js';
import { asHalf } from '../half.js';
import { waveModel } from '../models/wave.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine } from './engine.js';

const engine = await createWebgpuEngine(await dawnAdapter());
afterAll(() => engine.close());

const half: ShardSpec = { ...suiteShard, keepWavesIn: 'f16' };
const psi: Slab = { component: 0, field: 'psi', level: 'now', box: half.frame };
const rms2: Slab = { ...psi, field: 'rms2' };

describe('waves in f16', () => {
  it('take half the memory, and trackers what they took', async () => {
    const model = compileModel(waveModel([]));
    const spec: ShardSpec = {
      ...suiteShard,
      model,
      constants: { courant2: 0.3, dt: 1 },
      frame: boxOfShape([16, 16, 64]),
    };
    const bytesOf = async (keepWavesIn: WaveFormat) => {
      const shard = await engine.createShard({ ...spec, keepWavesIn });
      const { bytes } = shard;
      await shard.close();
      return bytes;
    };
    expect((await bytesOf('f32')) - (await bytesOf('f16'))).toBe(16 * 16 * 64 * 2 * 2);
  });

  it('come back as they were written, to eleven bits; once they are f16, to the last', async () => {
    const shard = await engine.createShard(half);
    const data = Float32Array.from({ length: cellCount(half.frame) }, (_, cell) => {
      return Math.sin(cell) * 10 ** ((cell % 12) - 7);
    });
    await shard.write([psi, rms2], Float32Array.of(...data, ...data));
    const [waves, trackers] = [await shard.read([psi]), await shard.read([rms2])];
    expect(trackers).toEqual(data);
    for (const [cell, value] of data.entries()) {
      const step = Math.max(Math.abs(value) * 2 ** -10, 2 ** -24);
      expect(Math.abs((waves[cell] as number) - value)).toBeLessThanOrEqual(step);
    }
    await shard.write([psi], waves);
    expect(await shard.read([psi])).toEqual(waves);
    await shard.close();
  });

  it('beyond what f16 holds are infinite, and stay so: no cell hides that they were too large', async () => {
    const probes = [{ component: 0, field: 'psi', cell: [4, 4, 4] }] as const;
    const shard = await engine.createShard({ ...half, probes, constants: { coupling: -3 } });
    const data = new Float32Array(cellCount(half.frame))
      .fill(1, 291, 293)
      .fill(65_536, 0, 1)
      .fill(-7e4, 1, 2);
    await shard.write([psi], data);
    const written = await shard.read([psi]);
    expect(Array.from(written.subarray(0, 3))).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
    ]);
    const { samples } = await shard.advance(Array.from({ length: 40 }, () => suiteUpdate));
    const first = samples.findIndex((value) => !Number.isFinite(value));
    expect(first).toBeGreaterThan(0);
    expect(samples.subarray(0, first).every((value) => Math.abs(value) <= 65_504)).toBe(true);
    expect(samples.subarray(first).some(Number.isFinite)).toBe(false);
    await shard.close();
  });

  it('do not drift: a value between two of f16 is kept as both, as often as it is near to each', () => {
    const kept = Array.from({ length: 4096 }, (_, time) => asHalf(1 + 0.3 / 1024, time / 8));
    expect([...new Set(kept)].sort()).toEqual([1, 1 + 1 / 1024]);
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
    expect((mean - 1) * 1024).toBeCloseTo(0.3, 1);
  });
});

describe('a smooth wave in f16', () => {
  /** Relative L2 error after 200 steps, against f32, of a pulse whose centre lies at these shares of the axes. */
  const errorAt = async (
    share: number,
    sigma: number,
    dimensions: 2 | 3,
    [atZ, atY, atX]: Triple = [0.46, 0.57, 0.39],
  ) => {
    const frame = boxOfShape(dimensions === 3 ? [24, 24, 24] : [1, 96, 96]);
    const [nz, ny, nx] = frame.hi;
    const start = Float32Array.from({ length: cellCount(frame) }, (_, cell) => {
      const [z, y, x] = [Math.floor(cell / (ny * nx)), Math.floor(cell / nx) % ny, cell % nx];
      const away2 = (dimensions === 3 ? (z - atZ * (nz - 1)) ** 2 : 0) + (y - atY * (ny - 1)) ** 2;
      const r2 = away2 + (x - atX * (nx - 1)) ** 2;
      return Math.exp(-r2 / 2 / sigma ** 2);
    });
    const box = grow(frame, [dimensions === 3 ? -1 : 0, -1, -1]);
    const waves = async (keepWavesIn: WaveFormat) => {
      const constants = { courant2: share ** 2 / dimensions, dt: share };
      const model = compileModel(waveModel([]));
      const shard = await engine.createShard({
        model,
        components: 1,
        dimensions,
        frame,
        constants,
        probes: [],
        keepWavesIn,
      });
      const levels = (['now', 'before'] as const).map((level): Slab => ({ ...psi, level, box: frame }));
      for (const level of levels) await shard.write([level], start);
      await shard.advance(Array.from({ length: 200 }, (_, step): Update => ({ box, time: step * share })));
      const cells = await shard.read(levels.slice(0, 1));
      await shard.close();
      return cells;
    };
    const [exact, rounded] = [await waves('f32'), await waves('f16')];
    return (
      Math.hypot(...exact.map((value, cell) => value - (rounded[cell] as number))) / Math.hypot(...exact)
    );
  };

  // docs/job-files.md says how much less.
  it.each([
    [2, 4, 0.95, 0.01],
    [2, 16, 0.95, 0.01],
    [2, 16, 0.5, 0.02],
    [2, 16, 0.25, 0.05],
    [3, 4, 0.95, 0.01],
  ] as const)(
    'in %d-D, %d cells wide, at %d of the largest step, differs by less than %d after 200 steps',
    async (dimensions, sigma, share, most) => {
      const error = await errorAt(share, sigma, dimensions);
      expect(error).toBeLessThan(most);
    },
  );

  it('in the very middle of its grid, where errors come in equal pairs, has at most twice the error', async () => {
    expect(await errorAt(0.95, 4, 2, [0.5, 0.5, 0.5])).toBeLessThan(0.02);
  });
});
