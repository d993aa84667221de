import { expect, test } from 'vitest';
import { checkText } from './check-text.js';
import { EXAMPLE_JOB } from './example-job.js';

test('the example that the page offers is a job as it stands', async () => {
  expect(await checkText(EXAMPLE_JOB)).toMatchObject({ kind: 'good' });
});
