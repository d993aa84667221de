import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Triple } from '../grid/box.js';
import { checkJob } from './check.js';
import type { Job } from './job.js';
import { memoryNeeded } from './memory.js';
import { parseJobText } from './read.js';
import { isSweep } from './sweep.js';
import { checkWholeSweep } from './whole-sweep.js';

const folder = new URL('../../examples/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const example = (file: string) => checkJob(parseJobText(textOf(file), file));

describe.each(files)('examples/%s', (file) => {
  it('stands', async () => {
    const value = parseJobText(textOf(file), file);
    const { name } = isSweep(value) ? await checkWholeSweep(value) : checkJob(value);
    expect(name).toBe(file.replace('.yaml', ''));
  });

  it('names its schema, so that editors complete it', () => {
    expect(textOf(file)).toMatch(/^# yaml-language-server: \$schema=\.\.\/docs\/job\.schema\.json\n/);
  });
});

// OpenWave's constants in am and rs, and its stretching of the wave to 12 cells (PHYSICS.md, M2).
const c = 0.299792458;
const wavelength = 28.54096501;
const frequency = 0.01050393558;
const amplitude = 0.9215405708;

describe.each([
  ['openwave-waves.yaml', 1000 / 63],
  ['openwave-golden.yaml', (1000 ** 3 / 2.5e7) ** (1 / 3)],
])('examples/%s', (name, dx) => {
  it('has the numbers of OpenWave’s own initial state for its cell size', () => {
    const { file, grid } = example(name);
    const stretch = (12 * dx) / wavelength;
    const sigma = (wavelength * stretch) / 2;
    const volume = (grid.shape[2] * dx) ** 3;
    expect(file.grid.spacing).toBeCloseTo(dx, 10);
    expect(file.parameters.speed).toBe(c);
    const { 'psi.L': longitudinal, 'psi.T': transverse } = file.initial;
    if (!longitudinal || !('frequency' in longitudinal)) throw new Error('psi.L is a wave');
    if (!transverse || !('sigma' in transverse)) throw new Error('psi.T is a Gaussian');
    expect(longitudinal.amplitude).toBeCloseTo(amplitude * stretch, 8);
    expect(longitudinal.wavelength).toBeCloseTo(wavelength * stretch, 6);
    expect(longitudinal.frequency).toBeCloseTo(frequency / stretch, 12);
    expect(transverse.sigma).toBeCloseTo(sigma, 6);
    const height = 0.1 * amplitude * Math.sqrt(volume / (Math.PI ** 1.5 * sigma ** 3));
    expect(transverse.amplitude).toBeCloseTo(height, 8);
  });

  it('has its probe at two thirds of x and y, and half of z', () => {
    const { grid, probes } = example(name);
    const [nz, ny, nx] = grid.shape;
    expect(probes[0]?.cell).toEqual([Math.floor(nz / 2), Math.floor((ny * 4) / 6), Math.floor((nx * 4) / 6)]);
  });
});

describe('examples/openwave-golden.yaml', () => {
  const job = example('openwave-golden.yaml');

  it('starts as OpenWave did: the first step at the probe gives the first row of its log', () => {
    const stretch = (12 * job.spacing) / wavelength;
    expect(firstStepAtProbe(job, 'psi.L') / stretch).toBeCloseTo(-0.13056, 5);
    expect(Math.abs(firstStepAtProbe(job, 'psi.T'))).toBeLessThan(1e-5);
  });

  it('steps 6.586257 rs at a time, and takes 1 GB', () => {
    expect(job.dt).toBeCloseTo(6.586257, 6);
    expect(memoryNeeded(job, 'wasm') / 1e9).toBeCloseTo(1.006, 3);
  });
});

/** ψ⁺ = 2ψ − ψ⁻ + r²(Σ₆ψ − 6ψ) at the first probe. */
function firstStepAtProbe(job: Job, state: string): number {
  const start = job.initial.get(state);
  const cell = job.probes[0]?.cell;
  if (start?.kind !== 'formula' || cell === undefined) throw new Error(`${state} starts from a formula`);
  const lo: Triple = [cell[0] - 1, cell[1] - 1, cell[2] - 1];
  const box = { lo, hi: [lo[0] + 3, lo[1] + 3, lo[2] + 3] as const };
  const now = start.fill('now', box);
  const before = start.fill('before', box);
  const at = (index: number) => now[index] ?? Number.NaN;
  const centre = 13;
  const neighbours = [-9, -3, -1, 1, 3, 9].reduce((sum, offset) => sum + at(centre + offset) - at(centre), 0);
  const courant = (c * job.dt) / job.spacing;
  return 2 * at(centre) - (before[centre] ?? Number.NaN) + courant ** 2 * neighbours;
}
