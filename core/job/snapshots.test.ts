import { expect, test } from 'vitest';
import { checkJob } from './check.js';
import { snapshotsOf } from './snapshots.js';

test('each step knows the snapshots that are due after it, and which of its output they are', () => {
  const job = checkJob({
    name: 'snapshots',
    model: 'wave',
    grid: { shape: [8, 8], spacing: 1 },
    time: { steps: 7 },
    parameters: { speed: 1 },
    outputs: {
      often: { fields: ['psi'], every: 3 },
      end: { fields: ['psi'] },
      thirds: { fields: ['psi'], every: 6 },
    },
  });
  const due = [...snapshotsOf(job)].map(([step, snapshots]) => [
    step,
    snapshots.map(({ output, index }) => `${output.name} ${index}`),
  ]);
  expect(Object.fromEntries(due)).toEqual({ 3: ['often 0'], 6: ['often 1', 'thirds 0'], 7: ['end 0'] });
});
