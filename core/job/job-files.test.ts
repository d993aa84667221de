import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TRACKERS } from '../../shaders/models/trackers/trackers.js';
import { waveModel } from '../../shaders/models/wave.js';
import { checkJob } from './check.js';
import { parseJobText } from './read.js';
import { jobFileSchema } from './schema.js';

const page = readFileSync(new URL('../../docs/job-files.md', import.meta.url), 'utf8');

it('the example of docs/job-files.md stands', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  expect(checkJob(parseJobText(example, 'job-files.md')).name).toBe('cavity');
});

it('docs/job-files.md names every field of a job, every run setting and every field of the wave model', () => {
  const { run, ...others } = jobFileSchema.shape;
  const settings = Object.keys(run.def.innerType.shape).map((setting) => `run.${setting}`);
  const top = Object.keys(others).filter((field) => field !== 'version' && field !== '$schema');
  const fields = waveModel(TRACKERS).fields.map(({ name }) => name);
  const missing = [...top, ...settings, ...fields].filter((name) => !new RegExp(`\`${name}[.\`]`).test(page));
  expect(missing).toEqual([]);
});
