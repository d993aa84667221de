import { expect, it } from 'vitest';
import { jobJsonSchemaText } from './json-schema.js';

// `npx vitest run core/job/json-schema -u` writes the file again.
it('is published as docs/job.schema.json', async () => {
  await expect(jobJsonSchemaText()).toMatchFileSnapshot('../../docs/job.schema.json');
});

it('is a schema of what people write, so that fields with defaults may be left out', () => {
  expect(JSON.parse(jobJsonSchemaText())).toMatchObject({
    $id: 'urn:groundswell:job:1',
    required: ['name', 'model', 'grid', 'time'],
    additionalProperties: false,
  });
});
