import { describe, expect, test } from 'vitest';
import { JobError } from '../errors.js';
import { checkWholeSweep, inputSetsOf, inputsIdOf, longestOf } from './whole-sweep.js';

const base = {
  name: 'drop',
  model: 'wave',
  grid: { shape: [16, 16], spacing: 1 },
  time: { steps: 10 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  outputs: { end: { fields: ['psi'] } },
};
const speed = { field: 'parameters.speed', values: [1, 2] };

async function faultsOf(sweep: object, more: object = {}): Promise<string> {
  try {
    await checkWholeSweep({ ...base, ...more, sweep });
    return 'none';
  } catch (error) {
    if (error instanceof JobError) return error.message;
    throw error;
  }
}

describe('a sweep is checked as a whole', () => {
  test('and what is kept of each member is what it is as a job', async () => {
    const sweep = await checkWholeSweep({ ...base, sweep: { speed } });
    expect(sweep.members.map(({ places }) => places)).toEqual([[0], [1]]);
    expect((sweep.members[0]?.dt ?? 0) / (sweep.members[1]?.dt ?? 0)).toBeCloseTo(2);
    expect(sweep.members[1]).toMatchObject({ steps: 10, updates: 2560 });
  });

  test('a combination that cannot be is named by its value on each axis', async () => {
    const dt = { field: 'time.dt', values: [0.3, 0.4] };
    const faults = await faultsOf({ speed, dt });
    expect(faults).toMatch(/: time\.dt: /);
    for (const fault of faults.split('\n')) expect(fault).toMatch(/^sweep, speed = 2, dt = 0.4: /);
  });

  test.each([
    [
      'another grid',
      {
        size: {
          field: 'grid.shape',
          values: [
            [16, 16],
            [16, 32],
          ],
        },
      },
      {},
      /^sweep: size = \[16,32\]: output end has/,
    ],
    [
      'packed outputs',
      { speed },
      { outputs: { end: { fields: ['psi'], pack: true } } },
      /^outputs\.end\.pack: is not for sweeps/,
    ],
    ['an axis with the name of a coordinate', { time: speed }, {}, /^sweep\.time: has the name/],
    ['an axis with the name of a state', { psi: speed }, {}, /^sweep\.psi: has the name/],
  ])('%s is refused', async (_, sweep, more, expected) => {
    expect(await faultsOf(sweep, more)).toMatch(expected);
  });
});

test('members of different lengths share series as long as the longest', async () => {
  const file = { ...base, sweep: { steps: { field: 'time.steps', values: [10, 30, 20] } } };
  expect(longestOf(await checkWholeSweep(file), file)).toBe(30);
});

test('members that differ in nothing that an input depends on start from the same one', () => {
  const axes = [
    { name: 'speed', field: 'parameters.speed', values: [1, 2] },
    { name: 'rock', field: 'media.speed.array', values: ['a.npy', 'b.npy', 'c.npy'] },
  ];
  expect(inputsIdOf('job', { axes }, [1, 2])).toBe('job.0-2');
  expect(inputSetsOf({ axes, count: 6 }, 'job')).toEqual([0, 1, 2]);
});
