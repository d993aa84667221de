import { describe, expect, it } from 'vitest';
import { type Box, boxOfShape, type Triple } from '../grid/box.js';
import { checkJob } from './check.js';
import type { Job } from './job.js';
import type { JobFileInput } from './schema.js';

type Start = NonNullable<JobFileInput['initial']>[string];

/** c = 2, dx = 0.5, Courant number 0.4, so dt = 0.1. */
function jobWith(start: Start, more: Partial<JobFileInput> = {}): Job {
  return checkJob({
    name: 'formula',
    model: 'wave',
    grid: { shape: [9, 11, 13], spacing: 0.5 },
    time: { steps: 1, courant: 0.4 },
    parameters: { speed: 2 },
    initial: { psi: start },
    ...more,
  });
}

function fill(job: Job, level: 'now' | 'before', box: Box = boxOfShape(job.grid.shape)) {
  const start = job.initial.get('psi');
  if (start?.kind !== 'formula') throw new Error('no formula');
  const cells = start.fill(level, box);
  const [ny, nx] = [box.hi[1] - box.lo[1], box.hi[2] - box.lo[2]];
  return {
    cells,
    at: ([z, y, x]: Triple) =>
      cells[((z - box.lo[0]) * ny + (y - box.lo[1])) * nx + (x - box.lo[2])] ?? Number.NaN,
  };
}

/** ψ⁺ = 2ψ − ψ⁻ + r²(Σ₆ψ − 6ψ) at one cell, in f64. */
function stepAt(now: (cell: Triple) => number, before: number, cell: Triple, courant: number): number {
  const [z, y, x] = cell;
  const neighbours: Triple[] = [
    [z - 1, y, x],
    [z + 1, y, x],
    [z, y - 1, x],
    [z, y + 1, x],
    [z, y, x - 1],
    [z, y, x + 1],
  ];
  const laplacian = neighbours.reduce((sum, neighbour) => sum + now(neighbour) - now(cell), 0);
  return 2 * now(cell) - before + courant ** 2 * laplacian;
}

describe('a radial wave', () => {
  const wave: Start = { formula: 'radial-wave', amplitude: 3, wavelength: 4, frequency: 0.7 };
  const job = jobWith(wave);

  it('is A cos kR about cell n//2 at the start, and A cos(ωdt + kR) one step before', () => {
    const distance = 0.5 * Math.sqrt(1 + 4 + 4);
    const k = (2 * Math.PI) / 4;
    const cell: Triple = [5, 3, 8];
    expect(fill(job, 'now').at(cell)).toBe(Math.fround(3 * Math.cos(k * distance)));
    const omega = 2 * Math.PI * 0.7;
    expect(fill(job, 'before').at(cell)).toBeCloseTo(3 * Math.cos(omega * 0.1 + k * distance), 6);
    expect(fill(job, 'now').at([4, 5, 6])).toBe(3);
  });

  it('is 0 on the fixed edge and outside the grid', () => {
    const { at } = fill(job, 'now', { lo: [-2, -2, -2], hi: [11, 13, 15] });
    for (const cell of [
      [0, 5, 6],
      [8, 5, 6],
      [4, 0, 6],
      [4, 5, 12],
      [-1, 5, 6],
      [4, 5, 14],
    ] as Triple[]) {
      expect(at(cell)).toBe(0);
    }
    expect(at([1, 1, 1])).not.toBe(0);
  });

  it('fills any box with the same bits as the whole grid', () => {
    const whole = fill(job, 'before');
    const part = fill(job, 'before', { lo: [2, 3, 4], hi: [6, 8, 12] });
    for (const cell of [
      [2, 3, 4],
      [5, 7, 11],
      [3, 6, 9],
    ] as Triple[])
      expect(part.at(cell)).toBe(whole.at(cell));
  });

  it('takes the shorter way round a periodic axis, and repeats beyond it', () => {
    const centre = { z: 4, y: 5, x: 1 };
    const round = jobWith(
      { ...wave, centre },
      { boundary: { z: 'dirichlet', y: 'dirichlet', x: 'periodic' } },
    );
    const { at } = fill(round, 'now', { lo: [0, 0, -3], hi: [9, 11, 16] });
    expect(at([4, 5, 12])).toBe(at([4, 5, 3]));
    expect(at([4, 5, -1])).toBe(at([4, 5, 12]));
    expect(at([4, 5, 13])).toBe(at([4, 5, 0]));
  });
});

describe('a Gaussian', () => {
  it('is A exp(−R²/2σ²), and at rest', () => {
    const job = jobWith({ formula: 'gaussian', amplitude: 2, sigma: 1.5 });
    const now = fill(job, 'now');
    expect(now.at([4, 5, 8])).toBe(Math.fround(2 * Math.exp(-1 / (2 * 1.5 ** 2))));
    expect(fill(job, 'before').cells).toEqual(now.cells);
  });

  it('may be centred between cells', () => {
    const job = jobWith({ formula: 'gaussian', amplitude: 2, sigma: 1.5, centre: { z: 4, y: 5, x: 5.5 } });
    const { at } = fill(job, 'now');
    expect(at([4, 5, 5])).toBe(at([4, 5, 6]));
  });
});

describe('an eigenmode', () => {
  it('is a standing wave of the scheme itself: one exact step forward is one step back in time', () => {
    const job = jobWith({ formula: 'eigenmode', amplitude: 1, modes: { z: 2, y: 3, x: 1 } });
    const now = fill(job, 'now');
    const before = fill(job, 'before');
    for (const cell of [
      [2, 3, 4],
      [4, 5, 6],
      [6, 9, 11],
    ] as Triple[]) {
      expect(stepAt(now.at, before.at(cell), cell, 0.4)).toBeCloseTo(before.at(cell), 6);
    }
  });

  it('has the frequency sin²(ωdt/2) = r² Σ sin²(πmᵢ/2(N−1)), in 2-D as well', () => {
    const grid = { shape: [11, 13], spacing: 0.5 };
    const job = jobWith({ formula: 'eigenmode', amplitude: 1, modes: { y: 4, x: 5 } }, { grid });
    const cell: Triple = [0, 1, 1];
    const sum = Math.sin((Math.PI * 4) / 20) ** 2 + Math.sin((Math.PI * 5) / 24) ** 2;
    const cosine = 1 - 2 * 0.4 ** 2 * sum;
    expect(fill(job, 'before').at(cell) / fill(job, 'now').at(cell)).toBeCloseTo(cosine, 6);
  });
});

describe('a plane wave', () => {
  it('is A sin(k·r − 2πft), whatever the length of its direction', () => {
    const job = jobWith({
      formula: 'plane-wave',
      amplitude: 2,
      wavelength: 3,
      frequency: 0.5,
      direction: { z: 0, y: 6, x: 8 },
    });
    const along = 0.5 * (0.6 * 4 + 0.8 * 7);
    const k = (2 * Math.PI) / 3;
    expect(fill(job, 'now').at([3, 4, 7])).toBeCloseTo(2 * Math.sin(k * along), 6);
    expect(fill(job, 'before').at([3, 4, 7])).toBeCloseTo(
      2 * Math.sin(k * along + 2 * Math.PI * 0.5 * 0.1),
      6,
    );
  });
});

describe('an impulse', () => {
  it('is one cell, at rest', () => {
    const job = jobWith({ formula: 'impulse', amplitude: 5, at: { z: 3, y: 4, x: 7 } });
    for (const level of ['now', 'before'] as const) {
      const { at, cells } = fill(job, level);
      expect(at([3, 4, 7])).toBe(5);
      expect(cells.filter((value) => value !== 0)).toHaveLength(1);
    }
  });
});
