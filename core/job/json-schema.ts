import { z } from 'zod';
import { jobFileSchema } from './schema.js';
import { sweepSchema } from './sweep.js';

const file = jobFileSchema
  .extend({ sweep: sweepSchema.optional() })
  .describe('A Groundswell job: one simulation, or a sweep of many');

/**
 * The JSON Schema of job files as people write them. Draft 7, which the YAML and JSON extensions of all
 * common editors read.
 */
export function jobJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(file, { io: 'input', target: 'draft-7' });
  return { $schema, $id: 'urn:groundswell:job:1', title: 'Groundswell job', ...schema };
}
