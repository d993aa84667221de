import { describe, expect, it } from 'vitest';
import { JobError } from '../errors.js';
import type { Box, Triple } from '../grid/box.js';
import { checkJob } from './check.js';
import type { Job, JobSource } from './job.js';
import type { JobFileInput } from './schema.js';

const plate: JobFileInput = {
  name: 'plate',
  model: 'medium',
  grid: { shape: [30, 40], spacing: 0.5 },
  time: { steps: 10 },
  media: { speed: 2 },
};
const block: JobFileInput = { ...plate, grid: { shape: [26, 30, 40], spacing: 0.5 } };

function faultsOf(file: unknown): readonly string[] {
  try {
    checkJob(file);
    return [];
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return error.faults.map(({ field, problem, fix }) => `${field}: ${problem}. ${fix}`);
  }
}

const cellsOf = (job: Job, name: string, box: Box) => {
  const medium = job.media.get(name);
  if (medium?.kind !== 'cells') throw new TypeError(`${name} is not kept as cells`);
  return Array.from(medium.fill(box));
};
const cellBox = (z: number, y: number, x: number): Box => ({ lo: [z, y, x], hi: [z + 1, y + 1, x + 1] });

describe('a medium', () => {
  it('that is one number is one number for the engine, in cells and steps', () => {
    const job = checkJob({ ...plate, time: { steps: 1, dt: 0.1 }, media: { speed: 2, damping: 3 } });
    expect(job.media.get('speed')).toEqual({ kind: 'constant', value: expect.closeTo((2 * 0.1) / 0.5, 12) });
    expect(job.media.get('damping')).toEqual({ kind: 'constant', value: expect.closeTo(0.3, 12) });
    expect(job.media.get('potential')).toEqual({ kind: 'constant', value: 0 });
  });

  it('is painted in the order of its regions, wherever a cell has its centre in one', () => {
    const regions = [
      { shape: 'layer', axis: 'z', from: 10, to: 20, value: 3 },
      { shape: 'box', from: { z: 0, y: 5, x: 5 }, to: { z: 26, y: 8, x: 8 }, value: 4 },
      { shape: 'sphere', centre: { z: 13, y: 15, x: 20 }, radius: 2, value: 1 },
      { shape: 'ellipsoid', centre: { z: 13, y: 25, x: 20 }, radii: { z: 1, y: 2, x: 4 }, value: 5 },
    ] as const;
    const job = checkJob({ ...block, time: { steps: 1, dt: 0.05 }, media: { speed: { base: 2, regions } } });
    const speed = (z: number, y: number, x: number) =>
      (cellsOf(job, 'speed', cellBox(z, y, x))[0] ?? 0) / 0.1;
    const places: readonly Triple[] = [
      [9, 1, 1],
      [10, 1, 1],
      [19, 1, 1],
      [20, 1, 1],
      [12, 5, 7],
      [12, 5, 8],
      [13, 15, 22],
      [13, 16, 22],
      [13, 25, 24],
      [13, 27, 20],
      [14, 25, 21],
    ];
    const found = places.map((place) => Number(speed(...place).toFixed(6)));
    expect(found).toEqual([2, 3, 3, 2, 4, 3, 1, 3, 5, 5, 3]);
  });

  it('goes round with a periodic axis', () => {
    const regions = [{ shape: 'layer', axis: 'x', from: 0, to: 1, value: 1 }] as const;
    const job = checkJob({ ...plate, boundary: 'periodic', media: { speed: { base: 2, regions } } });
    const row = cellsOf(job, 'speed', { lo: [0, 0, -41], hi: [1, 1, 42] });
    const slow = row.flatMap((value, index) => (value < Math.max(...row) ? [index - 41] : []));
    expect(slow).toEqual([-40, 0, 40]);
  });

  it('decides the time step by its fastest cell', () => {
    const regions = [{ shape: 'sphere', centre: { y: 9, x: 9 }, radius: 1, value: 5 }] as const;
    const media = { speed: { base: 2, regions } };
    expect(checkJob({ ...plate, media }).dt).toBeCloseTo((0.95 * 0.5) / (5 * Math.SQRT2), 12);
    expect(faultsOf({ ...plate, media, time: { steps: 1, dt: 0.08 } })).toEqual([
      'time.dt: 0.08 s is unstable on a 2-D grid. Use at most 0.0707 s',
    ]);
    const array = { speed: { array: 'speed.npy', max: 5 } };
    expect(checkJob({ ...plate, media: array }).dt).toBeCloseTo((0.95 * 0.5) / (5 * Math.SQRT2), 12);
  });

  it('is refused where it is missing, unknown, below its least value or makes no sense', () => {
    expect(faultsOf({ ...plate, media: {} })).toEqual([
      'media.speed: is missing. Give a number, or regions: Speed of the wave',
    ]);
    expect(faultsOf({ ...plate, media: { sped: 2, speed: 2 } })[0]).toMatch(
      /^media.sped: is no medium.*speed/,
    );
    expect(faultsOf({ ...plate, media: { speed: 2, damping: -1 } })).toEqual([
      'media.damping: is -1. Give at least 0',
    ]);
    const regions = [
      { shape: 'layer', axis: 'z', from: 3, to: 3, value: -1 },
      { shape: 'box', from: { y: 4, x: 4 }, to: { y: 4, x: 9 }, value: 1 },
    ];
    expect(faultsOf({ ...plate, media: { speed: { base: 2, regions } } })).toEqual([
      'media.speed.regions[0].value: is -1. Give at least 0',
      'media.speed.regions[0].axis: is z, and the grid is 2-D. Use y or x',
      'media.speed.regions[0].to: is 3. Give more than 3',
      'media.speed.regions[1].to.y: is 4. Give more than 4',
    ]);
    expect(faultsOf({ ...plate, media: { speed: Number.NaN } })[0]).toMatch(/^media.speed: is NaN/);
    const array = (more: object) => faultsOf({ ...plate, media: { speed: { array: 'speed.npy', ...more } } });
    expect(array({ max: 5, min: -2 })).toEqual(['media.speed.min: is -2. Give at least 0']);
    expect(array({ max: 5, min: 6 })).toEqual(['media.speed.min: is 6. Give at most 5, the max']);
    expect(array({ max: Number.NaN })[0]).toMatch(/^media.speed.max: is NaN/);
    expect(array({})[0]).toMatch(/^media.speed.max: is missing/);
  });
});

describe('faces', () => {
  it('fix the edge, leave it free or have none', () => {
    const job = checkJob({ ...plate, boundary: { y: ['neumann', 'dirichlet'], x: 'periodic' } });
    const forever = Number.POSITIVE_INFINITY;
    expect(job.updatable).toEqual({ lo: [0, 0, -forever], hi: [1, 29, forever] });
    expect(job.mirrors).toEqual([
      [false, false],
      [true, false],
      [false, false],
    ]);
  });

  it('that absorb have a layer inside the grid, turned outwards', () => {
    const job = checkJob({ ...plate, boundary: { y: 'neumann', x: ['absorbing', 'dirichlet'] } });
    expect(job.model.model.radius).toBe(2);
    expect(job.media.get('outward_y')).toEqual({ kind: 'constant', value: 0 });
    const row = cellsOf(job, 'outward_x', { lo: [0, 3, 0], hi: [1, 4, 40] });
    expect(row.findIndex((value) => value >= 0)).toBe(12);
    expect(row[2]).toBeCloseTo(-2 * 0.95 ** 2, 6);
    expect(row[11]).toBeCloseTo(-2 * 0.05 ** 2, 6);
    expect(row.slice(12).every((value) => value === 0)).toBe(true);
  });

  it('that are damped have a layer whose damping grows with the square of the depth, and adds up at edges', () => {
    const boundary = { y: ['damped', 'neumann'], x: 'damped' } as const;
    const job = checkJob({ ...plate, grid: { shape: [45, 60], spacing: 0.5 }, boundary });
    expect(job.model.model.radius).toBe(1);
    const row = cellsOf(job, 'sponge', { lo: [0, 30, 0], hi: [1, 31, 60] });
    expect(row.slice(0, 30)).toEqual(row.slice(30).reverse());
    expect(row[20]).toBeCloseTo(0.375 * 0.025 ** 2, 9);
    expect(row[1]).toBeCloseTo(0.375 * 0.975 ** 2, 6);
    expect(row.slice(21, 39).every((value) => value === 0)).toBe(true);
    const column = cellsOf(job, 'sponge', { lo: [0, 0, 30], hi: [1, 45, 31] });
    expect(column[44]).toBe(0);
    const [corner] = cellsOf(job, 'sponge', cellBox(0, 3, 4));
    expect(corner).toBeCloseTo((column[3] ?? 0) + (row[4] ?? 0), 6);
    const none = checkJob({ ...plate, boundary: { y: 'absorbing', x: 'neumann' } });
    expect(none.media.has('sponge')).toBe(false);
  });

  it('are refused where they do not fit', () => {
    expect(faultsOf({ ...plate, boundary: { y: ['periodic', 'neumann'], x: 'neumann' } })).toEqual([
      'boundary.y: is periodic at one end of y only. Give periodic alone, for both ends',
    ]);
    expect(faultsOf({ ...plate, grid: { shape: [24, 40], spacing: 1 }, boundary: 'absorbing' })).toEqual([
      'grid.shape[0]: 24 cells along y leave none between the layers that waves leave by. Give at least 25',
    ]);
    const uneven = { y: ['absorbing', 'damped'], x: ['neumann', 'damped'] };
    expect(faultsOf({ ...plate, grid: { shape: [30, 20], spacing: 1 }, boundary: uneven })).toEqual([
      'grid.shape[0]: 30 cells along y leave none between the layers that waves leave by. Give at least 35',
    ]);
    const wave = { ...plate, model: 'wave', media: {}, parameters: { speed: 1 } };
    expect(faultsOf({ ...wave, boundary: 'absorbing' })).toEqual([
      'boundary: is absorbing, which the model wave cannot do. Use the model medium, or dirichlet',
    ]);
    expect(faultsOf({ ...wave, boundary: { y: 'periodic', x: ['damped', 'neumann'] } })).toEqual([
      'boundary: is damped, which the model wave cannot do. Use the model medium, or dirichlet',
    ]);
  });
});

/** What a source adds, where it needs no file. */
const amplitudeOf = (source: JobSource | undefined) => {
  if (source?.feed.kind !== 'known') throw new TypeError('the source needs a file');
  return source.feed.amplitude;
};

describe('a source', () => {
  const ricker = { shape: 'ricker', frequency: 1 } as const;
  const sourceOf = (more: object) => ({
    ...block,
    time: { steps: 9, dt: 0.1 },
    sources: { s: { field: 'psi', at: { z: 3, y: 4, x: 5 }, amplitude: 2, signal: ricker, ...more } },
  });

  it.each([
    { at: { z: 3, y: 4, x: 5 }, lo: [3, 4, 5], hi: [4, 5, 6], axes: 3 },
    { at: { z: 3, x: 5 }, lo: [3, 0, 5], hi: [4, 30, 6], axes: 2 },
    { at: { y: 4 }, lo: [0, 4, 0], hi: [26, 5, 40], axes: 1 },
  ])('at $at adds dt²·s/dx to the power of $axes', ({ at, lo, hi, axes }) => {
    const [source] = checkJob(sourceOf({ at })).sources;
    expect(source?.box).toEqual({ lo, hi });
    expect(amplitudeOf(source)(15)).toBeCloseTo((2 * 0.1 ** 2) / 0.5 ** axes, 12);
  });

  it('follows its signal', () => {
    const at = (signal: object, step: number) => amplitudeOf(checkJob(sourceOf({ signal })).sources[0])(step);
    const unit = (2 * 0.1 ** 2) / 0.5 ** 3;
    expect(at({ shape: 'series', values: [1, -3] }, 1)).toBeCloseTo(-3 * unit, 12);
    expect(at({ shape: 'series', values: [1, -3] }, 2)).toBe(0);
    expect(at({ shape: 'gaussian-derivative', sigma: 0.2, delay: 1 }, 8)).toBeCloseTo(
      unit * Math.exp(-0.5),
      12,
    );
    expect(at({ shape: 'tone-burst', frequency: 0.5, cycles: 2 }, 25)).toBeCloseTo(
      unit * ((1 - Math.cos(Math.PI * 1.25)) / 2),
      12,
    );
    expect(at({ shape: 'tone-burst', frequency: 0.5, cycles: 2 }, 45)).toBeCloseTo(0, 12);
  });

  it.each([
    { shape: 'ricker', frequency: 1e200 },
    { shape: 'gaussian-derivative', sigma: 1e-310 },
    { shape: 'tone-burst', frequency: 1.7e308, cycles: 3 },
  ])('of a $shape that is over long ago is 0', (signal) => {
    const [source] = checkJob({ ...sourceOf({ signal }), time: { steps: 99, dt: 0.1 } }).sources;
    expect(amplitudeOf(source)(98)).toBeCloseTo(0, 12);
  });

  it('goes straight from one value of a series to the next where they have a dt of their own', () => {
    const signal = { shape: 'series', values: [1, -3, 5], dt: 0.4 } as const;
    const amplitude = amplitudeOf(checkJob(sourceOf({ signal })).sources[0]);
    const unit = (2 * 0.1 ** 2) / 0.5 ** 3;
    const found = [0, 1, 2, 4, 6, 8, 9].map((step) => Number((amplitude(step) / unit).toFixed(9)));
    expect(found).toEqual([1, 0, -1, -3, 1, 5, 0]);
  });

  it('takes a series from a file as it takes one from the job', () => {
    const inFile = { shape: 'series', file: 'clap.npy', dt: 0.07 } as const;
    const values = [0.5, -0.25, 2, 1];
    const [source] = checkJob(sourceOf({ signal: inFile })).sources;
    if (source?.feed.kind !== 'file') throw new TypeError('the source needs no file');
    const fromFile = source.feed.amplitudeOf(Float32Array.from(values));
    const known = amplitudeOf(
      checkJob(sourceOf({ signal: { shape: 'series', values, dt: 0.07 } })).sources[0],
    );
    for (let step = 0; step < 5; step += 1) expect(fromFile(step)).toBe(known(step));
  });

  it('is refused with two series, with none, and with values that f32 cannot hold', () => {
    const series = (more: object) => faultsOf(sourceOf({ signal: { shape: 'series', ...more } }));
    expect(series({})).toEqual(['sources.s.signal.values: is missing. Give a list of numbers, or a file']);
    expect(series({ values: [1], file: 'a.npy' })).toEqual([
      'sources.s.signal.file: is given and values too. Give one of them',
    ]);
    expect(series({ values: [1, Number.NaN] })[0]).toMatch(/^sources.s.signal.values\[1\]: is NaN/);
    expect(series({ values: [1, 1e40] })[0]).toMatch(/^sources.s.amplitude: .* f32 cannot hold/);
    expect(series({ values: [1], dt: 0 })[0]).toMatch(/^sources.s.signal.dt: is 0. Give more than 0/);
  });

  it('is refused outside the grid, on a fixed edge, and where there is no wave to feed', () => {
    expect(faultsOf(sourceOf({ at: { z: 26, y: 4, x: 5 } }))).toEqual([
      'sources.s.at.z: 26 is outside the grid. Use 0 to 25',
    ]);
    expect(faultsOf(sourceOf({ at: { z: 0 } }))).toEqual([
      'sources.s.at: lies on the fixed edge, which stays 0. Move it inside',
    ]);
    expect(faultsOf(sourceOf({ field: 'phi' }))[0]).toMatch(/^sources.s.field: phi is no wave of this job/);
    expect(faultsOf({ ...sourceOf({}), grid: plate.grid })).toEqual([
      'sources.s.at.z: is given, and the grid is 2-D. Leave it out',
    ]);
  });
});
