import { expect, it } from 'vitest';
import { jobJsonSchema } from './json-schema.js';

// `npx vitest run core/job/json-schema -u` writes the file again.
it('is published as docs/job.schema.json', async () => {
  const text = `${JSON.stringify(jobJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/job.schema.json');
});

it('is a schema of what people write, so that fields with defaults may be left out', () => {
  expect(jobJsonSchema()).toMatchObject({
    $id: 'urn:groundswell:job:1',
    required: ['name', 'model', 'grid', 'time'],
    additionalProperties: false,
  });
});
