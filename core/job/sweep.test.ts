import { describe, expect, it } from 'vitest';
import { JobError } from '../errors.js';
import { checkJob } from './check.js';
import { readPath, withField } from './field-path.js';
import { checkSweep, isSweep, memberOf } from './sweep.js';

const base = {
  name: 'drop',
  title: 'A drop in a tank',
  model: 'wave',
  components: ['L', 'T'],
  grid: { shape: [16, 16], spacing: 1 },
  time: { steps: 10, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { 'psi.L': { formula: 'gaussian', amplitude: 1, sigma: 2 } },
};
const swept = (sweep: object, more: object = {}) => ({ ...base, ...more, sweep });
const membersOf = (file: Readonly<Record<string, unknown>>) => {
  const sweep = checkSweep(file);
  return Array.from({ length: sweep.count }, (_, i) => memberOf(sweep, file, i));
};
const faultsOf = (file: Readonly<Record<string, unknown>>) => {
  try {
    checkSweep(file);
  } catch (error) {
    if (error instanceof JobError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('a sweep', () => {
  it('is one job for each combination of its axes’ values, the last axis running fastest', () => {
    const members = membersOf(
      swept({
        speed: { field: 'parameters.speed', values: [1, 2] },
        width: { field: 'initial.psi.L.sigma', values: [1, 2, 3] },
      }),
    );
    expect(members.map(({ coordinates: { speed, width } }) => `${speed} ${width}`)).toEqual([
      ...['1 1', '1 2', '1 3', '2 1', '2 2', '2 3'],
    ]);
    expect(members.map(({ name }) => name)[5]).toBe('drop-speed1-width2');
    const last = checkJob(members[5]?.file);
    expect(last.file.parameters.speed).toBe(2);
    expect(last.file.initial['psi.L']).toMatchObject({ sigma: 3, amplitude: 1 });
    expect(last.file.title).toBe('A drop in a tank: speed = 2, width = 3');
  });

  it('has ranges, with both ends among them, in equal steps or in equal ratios', () => {
    const values = (range: object) =>
      checkSweep(swept({ s: { field: 'parameters.speed', ...range } })).axes[0]?.values;
    expect(values({ from: 1, to: 2, count: 5 })).toEqual([1, 1.25, 1.5, 1.75, 2]);
    expect(
      values({ from: 1, to: 1000, count: 4, spacing: 'log' })?.map((v) => Math.round(Number(v))),
    ).toEqual([...[1, 10, 100, 1000]]);
  });

  it('goes over any field: one that is left out, a list’s element, what is no number', () => {
    const media = { speed: { base: 1, regions: [{ shape: 'layer', axis: 'y', from: 0, to: 8, value: 2 }] } };
    const members = membersOf(
      swept(
        {
          every: { field: 'run.exchangeEvery', values: [1, 2] },
          layer: { field: 'media.speed.regions[0].value', values: [2, 3] },
          face: { field: 'boundary', values: ['dirichlet', 'periodic'] },
          shape: {
            field: 'grid.shape',
            values: [
              [16, 16],
              [16, 32],
            ],
          },
        },
        { model: 'medium', parameters: {}, time: { steps: 10 }, media },
      ),
    );
    expect(members).toHaveLength(16);
    const last = checkJob(members[15]?.file);
    expect(last.run.exchangeEvery).toBe(2);
    expect(last.grid).toMatchObject({ shape: [1, 16, 32], periodic: [false, true, true] });
    expect(media.speed.regions[0]?.value).toBe(2);
  });

  it('is told from a job by its axes', () => {
    expect(isSweep(swept({}))).toBe(true);
    expect(isSweep(base)).toBe(false);
    expect(isSweep(null)).toBe(false);
  });
});

describe('what is wrong with a sweep is said of the axis and the value', () => {
  const speed = { field: 'parameters.speed', values: [1, 2] };

  it.each([
    ['no axis', {}, /^sweep: .*Name 1 to 8 axes/],
    [
      'an unknown part',
      { s: { ...speed, value: 3 } },
      /^sweep\.s\.value: is not known\. Perhaps values is meant/,
    ],
    ['a field that is no path', { s: { ...speed, field: 'a..b' } }, /^sweep\.s\.field: a\.\.b is no path/],
    [
      'a part of something that has none',
      { s: { ...speed, field: 'name.x' } },
      /^sweep\.s\.field: name\.x is the same/,
    ],
    [
      'an element beyond a list',
      { s: { ...speed, field: 'grid.shape[2]' } },
      /leads through something that has no such/,
    ],
    ['a field of all objects', { s: { ...speed, field: '__proto__.polluted' } }, /is no path/],
    [
      'a field set twice',
      { a: speed, b: { ...speed, field: 'parameters' } },
      /^sweep\.a\.field: parameters\.speed is set by b too/,
    ],
    [
      'a value listed twice',
      { s: { ...speed, values: [1, 2, 1] } },
      /^sweep\.s\.values\[2\]: 1 is listed twice/,
    ],
    [
      'a log range through 0',
      { s: { field: 'parameters.speed', from: 0, to: 1, count: 3, spacing: 'log' } },
      /^sweep\.s\.spacing: is log/,
    ],
    [
      'too many members',
      { a: { field: 'time.steps', from: 1, to: 1e4, count: 10_000 }, b: speed },
      /makes 20000 members, more than the 10000/,
    ],
    [
      'a misspelt field',
      { s: { ...speed, field: 'parameters.sped' } },
      /^sweep\.s, value 1: parameters\.sped: is not known|^sweep\.s, value 1: parameters\.sped/,
    ],
    [
      'a value that cannot be',
      { s: { field: 'time.courant', values: [0.5, 0.6, 0.9] } },
      /^sweep\.s, value 0\.9: time\.courant: /,
    ],
    [
      'a value of another kind',
      { s: { field: 'time.steps', from: 1, to: 2, count: 3 } },
      /^sweep\.s, value 1\.5: time\.steps: .*whole number/,
    ],
    ['names too long', { s: speed }, /^sweep\.s, value 1: name: /, { name: 'n'.repeat(62) }],
  ])('%s', (_, sweep, expected, more: object = {}) => {
    expect(faultsOf(swept(sweep, more)).join('\n')).toMatch(expected);
  });

  it('and what is wrong with the file itself is said once', () => {
    const faults = faultsOf(swept({ s: speed }, { grid: { shape: [16], spacing: 1 } }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/grid\.shape/);
  });
});

describe('a path to a field', () => {
  it('prefers keys that are there, which may hold dots', () => {
    expect(readPath('initial.psi.L.sigma', base)).toEqual(['initial', 'psi.L', 'sigma']);
    expect(readPath('initial.psi.L.sigma', {})).toEqual(['initial', 'psi', 'L', 'sigma']);
    expect(readPath('a[1][0].b', {})).toEqual(['a', 1, 0, 'b']);
    expect([readPath('', {}), readPath('a.', {}), readPath('.a', {}), readPath('a b', {})]).toEqual(
      new Array(4).fill(undefined),
    );
  });

  it('sets one field and leaves the value it was given alone', () => {
    const value = { a: { b: [1, { c: 2 }] } };
    expect(withField(value, ['a', 'b', 1, 'c'], 3)).toEqual({ a: { b: [1, { c: 3 }] } });
    expect(value.a.b[1]).toEqual({ c: 2 });
    expect(withField(value, ['a', 'b', 'c'], 3)).toBeUndefined();
  });
});
