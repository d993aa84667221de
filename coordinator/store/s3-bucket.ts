import { randomUUID } from 'node:crypto';
import {
  type CORSRule,
  CreateBucketCommand,
  GetBucketCorsCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  PutBucketCorsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { StoreError } from '../../core/errors.js';
import { DoubtfulRefusalError, s3Store } from './s3.js';
import type { S3Address } from './s3-address.js';
import { type Patience, S3Connection, USUAL_PATIENCE } from './s3-connection.js';
import { isAbsent } from './s3-failures.js';
import type { Store } from './store.js';

const CORS_RULE = 'groundswell';

/** Browsers ask again after this long whether a page may. */
const CORS_FOR_SECONDS = 3600;

export interface Preparation {
  /** Origins of pages that may read and write by signed addresses; `*` is all. The right lies in the signature. */
  readonly origins: readonly string[];
}

/**
 * Makes a bucket ready: creates it where it is missing, lets pages of `origins` use signed addresses, and tries what
 * a coordinator does to it. Running it again changes nothing.
 * @throws StoreError that says which of these failed, and what to do.
 */
export async function prepareBucket(
  address: S3Address,
  { origins }: Preparation,
  patience: Patience = USUAL_PATIENCE,
): Promise<void> {
  const server = new S3Connection(address, patience);
  try {
    await server.ask((client) => createIfMissing(client, address.bucket));
    await server.ask((client) => allowPages(client, address.bucket, origins));
  } finally {
    server.close();
  }
  const store = await s3Store(address, patience);
  try {
    await tryOut(store);
  } finally {
    store.close();
  }
}

async function createIfMissing(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
  } catch (error) {
    if (!(error instanceof NoSuchBucket)) throw error;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  }
}

/** Others' rules on the bucket are left as they are. */
async function allowPages(client: S3Client, bucket: string, origins: readonly string[]): Promise<void> {
  const { CORSRules: rules = [] } = await client
    .send(new GetBucketCorsCommand({ Bucket: bucket }))
    .catch((error) => {
      if (isAbsent(error)) return { CORSRules: [] };
      throw error;
    });
  const ours: CORSRule = {
    ID: CORS_RULE,
    AllowedOrigins: [...origins],
    AllowedMethods: ['GET', 'PUT'],
    AllowedHeaders: ['content-type', 'content-md5', 'x-amz-checksum-sha256'],
    MaxAgeSeconds: CORS_FOR_SECONDS,
  };
  const CORSRules = [...rules.filter(({ ID }) => ID !== CORS_RULE), ours];
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules } }));
}

/** Tries everything once, on a key of its own. */
async function tryOut(store: Store): Promise<void> {
  const key = `.groundswell-init/${randomUUID()}`;
  const [one, two] = ['one', 'two'].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  const fail = (problem: string): never => {
    throw new StoreError(`the store ${store.location} ${problem}`);
  };
  try {
    await store.create(key, one);
    if (await store.create(key, two)) {
      fail('does not heed If-None-Match, so two coordinators could overwrite each other: use another server');
    }
    const versioned = (await store.getVersioned(key)) ?? fail('has lost an object it had taken');
    const replaced = store.replace(key, two, versioned.version).catch((error) => {
      if (error instanceof DoubtfulRefusalError) return undefined;
      throw error;
    });
    if ((await replaced) === undefined) {
      fail('refuses If-Match with the version it gave: add &etags=bare to its address, as for Ceph');
    }
    if ((await store.replace(key, one, versioned.version)) !== undefined) {
      fail('does not heed If-Match, so two coordinators could overwrite each other: use another server');
    }
    const address = await store.uploadAddress(key, one.length);
    const headers = { 'content-type': 'application/octet-stream' };
    const { ok, status } = await fetch(address, { method: 'PUT', body: one as BodyInit, headers });
    if (!ok) fail(`answers ${status} to an upload by a signed address: let this key write objects`);
    if ((await store.get(key))?.length !== one.length) fail('has lost an object that was uploaded');
  } finally {
    await store.remove(key);
  }
}
