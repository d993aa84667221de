import { afterAll, beforeAll, describe } from 'vitest';
import type { S3Server } from '../../test/s3/ceph.js';
import { newBucket, s3Server } from '../../test/s3/server.js';
import { type S3Store, s3Store } from './s3.js';
import type { S3Address } from './s3-address.js';
import { storeCompliance } from './store.suite.js';

const server = await s3Server();

describe.skipIf('why' in server)('A bucket of a real S3 server', () => {
  let bucket: S3Address;
  let made = 0;
  const open: S3Store[] = [];
  const make = async (over: Partial<S3Address> = {}) => {
    const store = await s3Store({ ...bucket, prefix: `store-${made++}`, ...over });
    open.push(store);
    return store;
  };
  beforeAll(async () => {
    bucket = await newBucket(server as S3Server);
  });
  afterAll(() => {
    for (const store of open) store.close();
  });

  storeCompliance('S3', () => make());
});
