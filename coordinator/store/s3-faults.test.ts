import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { StoreError, StoreUnavailableError } from '../../core/errors.js';
import type { S3Server } from '../../test/s3/ceph.js';
import { type Fault, FaultProxy } from '../../test/s3/fault-proxy.js';
import { newBucket, s3Server } from '../../test/s3/server.js';
import { type S3Store, s3Store } from './s3.js';
import type { S3Address } from './s3-address.js';
import type { Versioned } from './store.js';

const server = await s3Server();

const text = (value: string) => new TextEncoder().encode(value);
const refused = (status: number, code: string): Fault => ({ kind: 'refused', status, code });

const passing: readonly (readonly [string, Fault])[] = [
  ['500 InternalError', refused(500, 'InternalError')],
  ['503 SlowDown', refused(503, 'SlowDown')],
  ['400 RequestTimeout, a body that came too slowly', refused(400, 'RequestTimeout')],
  ['409, others writing at the same time', refused(409, 'ConditionalRequestConflict')],
  ['403, one server whose clock is off', refused(403, 'RequestTimeTooSkewed')],
  ['an answer that comes slowly', { kind: 'slow', milliseconds: 200 }],
  ['a body that changes on its way', { kind: 'body-changed' }],
  ['a connection that breaks', { kind: 'reset' }],
  ['an answer that is lost', { kind: 'answer-lost' }],
];

describe.skipIf('why' in server)('S3 behind a network and a server that fail', () => {
  let bucket: S3Address;
  let proxy: FaultProxy;
  let store: S3Store;
  let direct: S3Store;
  beforeAll(async () => {
    bucket = await newBucket(server as S3Server);
    proxy = await FaultProxy.start((server as S3Server).endpoint);
    store = await s3Store({ ...bucket, endpoint: proxy.url }, { attempts: 4, silenceMs: 5_000 });
    direct = await s3Store(bucket);
  });
  afterAll(() => {
    store.close();
    direct.close();
    proxy.close();
  });

  describe.each(passing)('after %s', (name, fault) => {
    const key = `passing/${name.replace(/\W+/g, '-')}`;

    it('writes and reads as if nothing had been', async () => {
      proxy.spoilNext(fault);
      await store.put(`${key}/put`, text('one'));
      expect(await direct.get(`${key}/put`)).toEqual(text('one'));
      proxy.spoilNext(fault);
      expect(await store.get(`${key}/put`)).toEqual(text('one'));
      proxy.spoilNext(fault);
      const keys: string[] = [];
      for await (const listed of store.list(`${key}/`)) keys.push(listed);
      expect(keys).toEqual([`${key}/put`]);
      proxy.spoilNext(fault);
      await store.remove(`${key}/put`);
      expect(await direct.get(`${key}/put`)).toBeUndefined();
    });

    it('tells whoever created a key that it did, and everybody else that they did not', async () => {
      proxy.spoilNext(fault);
      expect(await store.create(`${key}/create`, text('mine'))).toBe(true);
      proxy.spoilNext(fault);
      expect(await store.create(`${key}/create`, text('late'))).toBe(false);
      expect(await direct.get(`${key}/create`)).toEqual(text('mine'));
    });

    it('tells whoever replaced a version that it did, and everybody else that they did not', async () => {
      await direct.create(`${key}/lease`, text('one'));
      const { version } = (await direct.getVersioned(`${key}/lease`)) as Versioned;
      proxy.spoilNext(fault);
      const next = await store.replace(`${key}/lease`, text('two'), version);
      expect(next).toBe((await direct.getVersioned(`${key}/lease`))?.version);
      proxy.spoilNext(fault);
      expect(await store.replace(`${key}/lease`, text('late'), version)).toBeUndefined();
      expect(await direct.get(`${key}/lease`)).toEqual(text('two'));
    });

    it('writes a large object whole, in parts', async () => {
      const large = new Uint8Array(17 * 1024 * 1024).fill(7);
      // Beginning, parts and end, each once.
      const spoilt = new Set<string>();
      proxy.spoil(({ method, url }) => {
        const what = `${method} ${url?.replace(/uploadId=[^&]*/, 'uploadId')}`;
        if (spoilt.has(what)) return undefined;
        spoilt.add(what);
        return fault;
      });
      await store.put(`${key}/large`, large);
      expect(spoilt.size).toBe(5);
      expect(Buffer.compare((await direct.get(`${key}/large`)) as Uint8Array, large)).toBe(0);
      await direct.remove(`${key}/large`);
    });
  });

  it.each(['body-broken', 'body-stalled'] as const)(
    'reads again after %s, and gives no torn object',
    async (kind) => {
      proxy.spoilNext();
      const hasty = await s3Store({ ...bucket, endpoint: proxy.url }, { attempts: 4, silenceMs: 300 });
      onTestFinished(() => hasty.close());
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
      await direct.put('torn', bytes);
      proxy.spoilNext({ kind }, { kind });
      expect(await hasty.get('torn')).toEqual(bytes);
      proxy.spoil(() => ({ kind }));
      await expect(hasty.get('torn')).rejects.toThrow(StoreUnavailableError);
    },
  );

  it('refuses a body that was changed on the way, and keeps what was there', async () => {
    await direct.put('kept', text('before'));
    proxy.spoil(({ method }) => (method === 'PUT' ? { kind: 'body-changed' } : undefined));
    const failed = store.put('kept', text('after'));
    await expect(failed).rejects.toThrow(/ received other bytes than were sent \(\w+\): check the network/);
    await expect(store.create('never', text('x'))).rejects.toThrow(StoreError);
    await expect(store.put('never', new Uint8Array(17 * 1024 * 1024))).rejects.toThrow(StoreError);
    expect(await direct.get('kept')).toEqual(text('before'));
    expect(await direct.get('never')).toBeUndefined();
  });

  it('takes a 412 for an answer where another’s object is there, and asks no second time', async () => {
    await direct.create('taken', text('another’s'));
    proxy.spoilNext();
    const before = proxy.requests;
    expect(await store.create('taken', text('x'))).toBe(false);
    // The write, and the look at what is in its way.
    expect(proxy.requests - before).toBe(2);
  });

  it('does not believe a 412 that the object does not bear out', async () => {
    proxy.spoilNext(refused(412, 'PreconditionFailed'));
    expect(await store.create('free', text('one'))).toBe(true);
    const { version } = (await direct.getVersioned('free')) as Versioned;
    proxy.spoilNext(refused(412, 'PreconditionFailed'));
    expect(await store.replace('free', text('two'), version)).toBeDefined();
    expect(await direct.get('free')).toEqual(text('two'));
  });

  it('gives up after a few tries, and says in one line that it may pass', async () => {
    proxy.spoil(() => refused(503, 'SlowDown'));
    const before = proxy.requests;
    const failed = store.put('k', text('x'));
    await expect(failed).rejects.toThrow(StoreUnavailableError);
    await expect(failed).rejects.toThrow(/^the store s3:.* overloaded.*try again later$/);
    expect(proxy.requests - before).toBe(4);
  });

  it('follows the server’s time where this machine’s clock is wrong, in signed addresses too', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const late = await s3Store(bucket);
    onTestFinished(() => late.close());
    await late.put('late', text('x'));
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await fetch(await late.uploadAddress('late', 2), { method: 'PUT', headers, body: 'xx' });
    expect(answer.status).toBe(200);
  });

  it.each([
    refused(301, 'PermanentRedirect'),
    refused(400, 'AuthorizationHeaderMalformed'),
    refused(400, 'IllegalLocationConstraintException'),
  ])('says that the region is wrong where the server answers %o', async (fault) => {
    proxy.spoil(() => fault);
    const before = proxy.requests;
    const opening = s3Store({ ...bucket, endpoint: proxy.url }, { attempts: 4, silenceMs: 5_000 });
    await expect(opening).rejects.toThrow(
      /^the store s3:[^\n]* lies in another region: add \?region= to the address \(\w+\)$/,
    );
    // Asked again, it would answer the same.
    expect(proxy.requests - before).toBe(1);
  });

  it('says that the clock is wrong where the server gives no time to follow', async () => {
    proxy.spoil(() => refused(403, 'RequestTimeTooSkewed'));
    const opening = s3Store({ ...bucket, endpoint: proxy.url }, { attempts: 2, silenceMs: 5_000 });
    await expect(opening).rejects.toThrow(
      /^the store s3:.* refuses this machine’s time, .*: set the clock.*$/,
    );
  });
});
