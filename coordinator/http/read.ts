import type { z } from 'zod';
import { Refusal } from './refusal.js';

/** What came of a request, in the form it must have. @throws Refusal 400 that names the field. */
export function read<T>(schema: z.ZodType<T>, came: unknown, where: 'body' | 'query'): T {
  const result = schema.safeParse(came);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(400, 'request', `${[where, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
}
