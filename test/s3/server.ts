import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type S3Address, s3Address } from '../../coordinator/store/s3-address.js';
import { prepareBucket } from '../../coordinator/store/s3-bucket.js';
import type { S3Server } from './ceph.js';

/**
 * The test run's S3 server, or in a line why this machine has none. Tests share it: each takes a bucket of its own.
 * Its key is in this process's environment from then on, where stores look for it.
 */
export async function s3Server(): Promise<S3Server | { readonly why: string }> {
  const response = await fetch(inject('s3Desk'));
  if (!response.ok) throw new Error(await response.text());
  const server = (await response.json()) as S3Server | { why: string };
  if ('why' in server) return server;
  process.env.AWS_ACCESS_KEY_ID = server.accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = server.secretKey;
  return server;
}

/** A new bucket, made ready; Ceph's gateway wants ETags bare. */
export async function newBucket({ endpoint }: S3Server): Promise<S3Address> {
  const bucket = `test-${randomBytes(6).toString('hex')}`;
  const address = s3Address(`s3://${bucket}?endpoint=${endpoint}&etags=bare`);
  await prepareBucket(address, { origins: ['*'] });
  return address;
}
