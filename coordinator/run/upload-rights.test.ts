import { expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { mayUpload } from './upload-rights.js';

const job = checkJob({
  name: 'rights',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 20, courant: 0.5 },
  parameters: { speed: 1 },
  outputs: { plane: { fields: ['psi'], every: 10, plane: { z: 4 } } },
});
/** The lower half along y. */
const right = {
  job,
  id: 'rights-1',
  shard: { lo: [0, 0, 0], hi: [16, 8, 16] },
  checkpoint: '8-1-1',
  owes: (step: number) => step === 20,
} as const;
const may = (key: string) => mayUpload(right, `jobs/rights-1/${key}`);

test('a peer may store the bricks of its shard in the checkpoint under way', () => {
  expect(may('state/8-1-1/1/0/1')).toBe(true);
  expect(may('state/8-1-1/1/1/1'), 'of another shard').toBe(false);
  expect(may('state/8-1-1/2/0/1'), 'outside the grid').toBe(false);
  expect(may('state/8-1-2/1/0/1'), 'of another plan').toBe(false);
  expect(mayUpload({ ...right, checkpoint: undefined }, 'jobs/rights-1/state/8-1-1/1/0/1')).toBe(false);
});

test('a peer may store the chunks of its shard in the outputs', () => {
  expect(may('result.zarr/plane/psi/c/1/0/1')).toBe(true);
  expect(may('result.zarr/plane/psi/c/1/1/1'), 'of another shard').toBe(false);
  expect(may('result.zarr/plane/psi/c/2/0/1'), 'no such snapshot').toBe(false);
  expect(may('result.zarr/plane/psi/c/0/0/1'), 'of a step that it does not owe').toBe(false);
  expect(may('result.zarr/plane/rms2/c/1/0/1'), 'no such state').toBe(false);
});

test('nothing else may be stored', () => {
  const bricks = ['state/8-1-1', 'state/8-1-1/01/0/1', 'state/8-1-1/1/0/1/0', 'state//1/0/1'];
  const others = [...bricks, 'checkpoint/000000000001', 'job.json'];
  const result = ['result.zarr/zarr.json', 'result.zarr/plane/psi/c/1/0', 'result.zarr/plane/psi/c/1/0/1/0'];
  for (const key of [...others, ...result]) expect(may(key), key).toBe(false);
  expect(mayUpload(right, 'jobs/other-1/state/8-1-1/1/0/1')).toBe(false);
});
