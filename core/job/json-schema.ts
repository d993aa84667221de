import { z } from 'zod';
import { jobFileSchema } from './schema.js';

/**
 * The JSON Schema of job files as people write them. Draft 7, which the YAML and JSON extensions of all
 * common editors read.
 */
export function jobJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(jobFileSchema, { io: 'input', target: 'draft-7' });
  return { $schema, $id: 'urn:groundswell:job:1', title: 'Groundswell job', ...schema };
}
