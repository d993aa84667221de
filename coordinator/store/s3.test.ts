import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { StoreError, StoreUnavailableError } from '../../core/errors.js';
import { httpObjects } from '../../core/peer/http-objects.js';
import { UPLOAD_VALID_MS } from '../../core/protocol/limits.js';
import { checksumsOf, md5Of } from '../../core/result/checksums.js';
import { sha256 } from '../../core/trust/roots/hash.js';
import type { S3Server } from '../../test/s3/ceph.js';
import { newBucket, s3Server } from '../../test/s3/server.js';
import { type S3Store, s3Store } from './s3.js';
import type { S3Address } from './s3-address.js';
import { prepareBucket } from './s3-bucket.js';
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

  it('lists more keys than one answer holds', async () => {
    const store = await make();
    const keys = Array.from({ length: 1001 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    const queue = [...keys];
    const work = async () => {
      for (let key = queue.pop(); key; key = queue.pop()) await store.put(key, new Uint8Array(1));
    };
    await Promise.all(Array.from({ length: 32 }, work));
    const listed: string[] = [];
    for await (const key of store.list('many/')) listed.push(key);
    expect(listed).toEqual(keys);
  });

  it('keeps objects guarded by CRC-32 as well', async () => {
    const store = await make({ checksums: 'crc32' });
    const large = new Uint8Array(17 * 1024 * 1024).fill(3);
    await store.put('small', large.subarray(0, 10));
    await store.put('large', large);
    expect(await store.get('small')).toHaveLength(10);
    expect(Buffer.compare((await store.get('large')) as Uint8Array, large)).toBe(0);
  });

  describe('gives addresses', () => {
    const type = 'application/octet-stream';
    const put = async (address: string, body: string, contentType = type) => {
      const { status } = await fetch(address, {
        method: 'PUT',
        headers: { 'content-type': contentType },
        body,
      });
      return status;
    };

    it('that are bound to their object, its length and its type', async () => {
      const store = await make();
      const address = await store.uploadAddress('k', 3);
      expect(await put(address, 'longer')).toBe(403);
      expect(await put(address, 'abc', 'text/html')).toBe(403);
      expect(await put(address.replace('/k?', '/other?'), 'abc')).toBe(403);
      expect(await put(await store.direct.downloadAddress('k'), 'abc')).toBe(403);
      expect(await store.get('k')).toBeUndefined();
      expect(await put(address, 'abc')).toBe(200);
      expect(await store.get('k')).toEqual(new TextEncoder().encode('abc'));
    });

    it('that are good for minutes', async () => {
      const store = await make();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - UPLOAD_VALID_MS - 60_000 });
      onTestFinished(() => {
        vi.useRealTimers();
      });
      const [up, down] = [await store.uploadAddress('k', 3), await store.direct.downloadAddress('k')];
      expect(await put(up, 'abc')).toBe(403);
      expect((await fetch(down)).status).toBe(403);
      expect(UPLOAD_VALID_MS).toBeLessThanOrEqual(15 * 60_000);
    });

    it('that take the checksum of what is sent, and refuse other bytes', async () => {
      const store = await make();
      const objects = httpObjects(fetch, { object: (key) => key, upload: (url) => url });
      const abc = new TextEncoder().encode('abc');
      await objects.put(await store.uploadAddress('k', 3), abc, { md5: md5Of(abc) });
      expect(await store.get('k')).toEqual(abc);
      const headers = { 'content-type': type, 'content-md5': 'kAFQmDzST7DWlj99KOF/cg==' };
      const address = await store.uploadAddress('k', 3);
      expect((await fetch(address, { method: 'PUT', headers, body: 'abd' })).status).toBe(400);
      expect(await store.get('k')).toEqual(new TextEncoder().encode('abc'));
    });

    it('for the bytes that were named alone', async () => {
      const store = await make();
      const objects = httpObjects(fetch, { object: (key) => key, upload: (url) => url });
      const [abc, abd] = [new TextEncoder().encode('abc'), new TextEncoder().encode('abd')];
      const [named, other] = [await checksumsOf(abc, sha256), await checksumsOf(abd, sha256)];
      const address = await store.uploadAddress('k', 3, named);
      // Other bytes, told truly or not; or not told.
      for (const told of [other, named, { md5: other.md5 }, { ...named, sha256: other.sha256 }])
        await expect(objects.put(address, abd, told)).rejects.toThrow(StoreError);
      expect(await store.get('k')).toBeUndefined();
      await objects.put(address, abc, named);
      expect(await store.get('k')).toEqual(abc);
    });

    it('to read by, as bytes and never as a page; 404 where nothing is', async () => {
      const store = await make();
      await store.put('k', new Uint8Array(5));
      const answer = await fetch(await store.direct.downloadAddress('k'));
      expect(answer.headers.get('content-type')).toBe(type);
      expect((await answer.arrayBuffer()).byteLength).toBe(5);
      expect((await fetch(await store.direct.downloadAddress('none'))).status).toBe(404);
    });

    it('at its own origin, to the pages that were let in', async () => {
      const store = await make();
      const address = await store.uploadAddress('k', 1);
      expect(new URL(address).origin).toBe(store.direct.origin);
      const origin = 'https://waves.example.org';
      const { status, headers } = await fetch(address, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'content-md5,content-type',
        },
      });
      expect(status).toBe(200);
      expect(['*', origin]).toContain(headers.get('access-control-allow-origin'));
    });
  });

  describe('says in one line what is wrong', () => {
    const opening = (over: Partial<S3Address> = {}) =>
      s3Store({ ...bucket, ...over }, { attempts: 2, silenceMs: 300 });

    it('with the key', async () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      await expect(opening()).rejects.toThrow(
        /^the store s3:.* refuses the key \(SignatureDoesNotMatch\): check .*$/,
      );
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody');
      await expect(opening()).rejects.toThrow(
        /^the store s3:.* refuses the key \(InvalidAccessKeyId\): check .*$/,
      );
    });

    it('with the bucket', async () => {
      await expect(opening({ bucket: 'nowhere' })).rejects.toThrow(
        /^there is no bucket nowhere at .*store init$/,
      );
    });

    it('with the endpoint', async () => {
      const failed = opening({ endpoint: 'http://127.0.0.1:9' });
      await expect(failed).rejects.toThrow(StoreUnavailableError);
      await expect(failed).rejects.toThrow(
        /does not answer at http:\/\/127.0.0.1:9 \(ECONNREFUSED\): check .*$/,
      );
    });

    it('with the way ETags are written, before a coordinator depends on it', async () => {
      const patience = { attempts: 2, silenceMs: 1000 };
      const preparing = prepareBucket({ ...bucket, etags: 'quoted' }, { origins: ['*'] }, patience);
      await expect(preparing).rejects.toThrow(/add &etags=bare/);
    });
  });
});
