import { z } from 'zod';
import { jobFileSchema } from './schema.js';

/**
 * The JSON Schema of job files as people write them, as the text of `docs/job.schema.json`. Draft 7, which
 * the YAML and JSON extensions of all common editors read.
 */
export function jobJsonSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(jobFileSchema, { io: 'input', target: 'draft-7' });
  const named = { $schema, $id: 'urn:groundswell:job:1', title: 'Groundswell job', ...schema };
  return `${JSON.stringify(named, null, 2)}\n`;
}
