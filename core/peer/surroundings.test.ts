import { expect, it } from 'vitest';
import { boxOfShape } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import { encodeSeries } from '../result/series.js';
import { sourcesIn } from './surroundings.js';

const job = checkJob({
  name: 'clap',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1 },
  time: { steps: 4, dt: 0.5 },
  parameters: { speed: 1 },
  sources: {
    clap: {
      field: 'psi',
      at: { z: 4, y: 4, x: 4 },
      amplitude: 40,
      signal: { shape: 'series', file: 'clap.csv' },
    },
  },
});

/** What the job's sources add in their first updates, where the store has this series. */
async function fed(values: readonly number[]): Promise<readonly number[]> {
  const objects = { get: async () => encodeSeries(Float32Array.from(values)) };
  const [source] = await sourcesIn(job, 'job-1', boxOfShape([8, 8, 8]), objects);
  return values.map((_, step) => source?.amplitude(step) ?? Number.NaN);
}

it('a series from the store is weighted', async () => {
  expect(await fed([1, -2])).toEqual([10, -20]);
});

it('a series from the store that adds more than f32 can hold fails at once, with the field, the value and what to do', async () => {
  await expect(fed([0, 3e38])).rejects.toThrow(
    /^sources\.clap\.signal\.file: holds 3\S*e\+38 at \[1\], which adds 3\S*e\+39 in a step, more than f32 can hold\. Give sources\.clap a smaller amplitude/,
  );
});
