import { inject } from 'vitest';
import type { S3Server } from './ceph.js';

/** The test run's S3 server, or in a line why this machine has none. Tests share it: each takes a bucket of its own. */
export async function s3Server(): Promise<S3Server | { readonly why: string }> {
  const response = await fetch(inject('s3Desk'));
  if (!response.ok) throw new Error(await response.text());
  return response.json() as Promise<S3Server | { why: string }>;
}
