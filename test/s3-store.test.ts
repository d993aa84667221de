import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type S3Store, s3Store } from '../coordinator/store/s3.js';
import type { S3Address } from '../coordinator/store/s3-address.js';
import type { JobFileInput } from '../core/job/schema.js';
import { httpObjects } from '../core/peer/http-objects.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { outputArrayKey, resultKey } from '../core/protocol/keys.js';
import { BuiltCommand, portOfNobody } from '../peer-node/cli/command.fixture.js';
import { contributeFrom, launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import type { S3Server } from './s3/ceph.js';
import { type Fault, FaultProxy } from './s3/fault-proxy.js';
import { newBucket, s3Server } from './s3/server.js';

const PAGES = 'dist/pages';

const job: JobFileInput = {
  name: 'in-a-bucket',
  model: 'wave',
  grid: { shape: [16, 20, 24], spacing: 1, brick: 8 },
  time: { steps: 24, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  probes: { ear: { at: { z: 8, y: 10, x: 12 }, fields: ['psi'] } },
  outputs: { volume: { fields: ['psi'], every: 12 } },
  run: { peers: 2, use: 'all' },
};

const FAULTS: readonly Fault[] = [
  { kind: 'refused', status: 500, code: 'InternalError' },
  { kind: 'refused', status: 503, code: 'SlowDown' },
  { kind: 'reset' },
  { kind: 'answer-lost' },
  { kind: 'body-broken' },
  { kind: 'refused', status: 409, code: 'ConditionalRequestConflict' },
];

const bits = (values: Float32Array) => [...new Uint32Array(values.buffer, values.byteOffset, values.length)];

const server = await s3Server();

describe.skipIf('why' in server)('A network whose store is a bucket', () => {
  let bucket: S3Address;
  let store: S3Store;
  let truth: Float32Array;
  let heard: Float32Array;
  beforeAll(async () => {
    bucket = await newBucket(server as S3Server);
    store = await s3Store(bucket);
    const inFolder = await Fleet.start();
    await inFolder.join();
    await inFolder.join();
    const result = await inFolder.run(job);
    truth = await result.output('volume', 'psi');
    heard = await result.probe('ear', 'psi');
    await inFolder.close();
  });
  afterAll(() => store.close());

  const started = async (options: { pages?: string } = {}) => {
    const fleet = await Fleet.start({ ...options, store });
    onTestFinished(() => fleet.close());
    return fleet;
  };

  it('computes what one with a folder does, bit for bit', async () => {
    const fleet = await started();
    await fleet.join();
    await fleet.join();
    const result = await fleet.run(job);
    expect(bits(await result.output('volume', 'psi'))).toEqual(bits(truth));
    expect(bits(await result.probe('ear', 'psi'))).toEqual(bits(heard));
    expect(fleet.status(result.id).result).toBe(`s3://${bucket.bucket}/${resultKey(result.id)}`);
  });

  it('computes the same where every request to the bucket first fails, each in its way', async () => {
    const proxy = await FaultProxy.start((server as S3Server).endpoint);
    onTestFinished(() => proxy.close());
    const spoilt = await s3Store({ ...bucket, endpoint: proxy.url }, { attempts: 5, silenceMs: 300 });
    onTestFinished(() => spoilt.close());
    const seen = new Set<string>();
    proxy.spoil(({ method, url }) => {
      const what = `${method} ${url?.split('?')[0]}`;
      if (seen.has(what)) return undefined;
      seen.add(what);
      const faults: readonly Fault[] = method === 'GET' ? [...FAULTS, { kind: 'body-stalled' }] : FAULTS;
      return faults[seen.size % faults.length];
    });
    const fleet = await Fleet.start({ store: spoilt });
    onTestFinished(() => fleet.close());
    await fleet.join();
    await fleet.join();
    const { id } = await fleet.run(job);
    expect(seen.size).toBeGreaterThan(FAULTS.length);
    proxy.spoilNext();
    const result = fleet.result(id);
    expect(bits(await result.output('volume', 'psi'))).toEqual(bits(truth));
    expect(bits(await result.probe('ear', 'psi'))).toEqual(bits(heard));
  });

  it('sends readers on to the bucket, and lets them see what is not there', async () => {
    const fleet = await started();
    await fleet.join();
    const { id } = await fleet.run({ ...job, run: { peers: 1 } });
    const metadata = `${outputArrayKey(id, 'volume', 'psi')}/zarr.json`;
    const { status, headers } = await fetch(`${fleet.url}/store/${metadata}`, { redirect: 'manual' });
    expect(status).toBe(307);
    expect(new URL(headers.get('location') ?? '').origin).toBe(store.direct.origin);
    const objects = httpObjects(fetch, addressesOf(fleet.url));
    expect(await objects.get(metadata)).toEqual(await store.get(metadata));
    expect(await objects.get(`${metadata}.none`)).toBeUndefined();
  });

  it('takes what tabs write straight to the bucket', async () => {
    const fleet = await started({ pages: PAGES });
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await contributeFrom(browser, fleet.url, 'wasm');
    const uploads: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') uploads.push(new URL(request.url()).origin);
    });
    const result = await fleet.run({ ...job, run: { peers: 1 } });
    expect(bits(await result.output('volume', 'psi'))).toEqual(bits(truth));
    expect(new Set(uploads)).toEqual(new Set([store.direct.origin]));
    // The page's own rules, the bucket's and cross-origin isolation all let it read there as well.
    const key = `${outputArrayKey(result.id, 'volume', 'psi')}/zarr.json`;
    const read = await page.evaluate(async (path) => (await fetch(path)).text(), `/store/${key}`);
    expect(read).toBe(new TextDecoder().decode(await store.get(key)));
  });

  describe('from the command line', () => {
    let folder: string;
    let command: BuiltCommand;
    const address = () => `s3://${bucket.bucket}/command?endpoint=${bucket.endpoint}&etags=bare`;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'groundswell-s3-'));
      command = await BuiltCommand.build('s3');
      await copyFile('coordinator/inputs/fixtures/c-f4.npy', join(folder, 'start.npy'));
      const fromArray: JobFileInput = {
        ...job,
        grid: { shape: [5, 6, 7], spacing: 1, brick: 4 },
        initial: { psi: { array: 'start.npy' } },
        probes: {},
      };
      await writeFile(join(folder, 'job.json'), JSON.stringify(fromArray));
    });
    afterAll(async () => {
      await command.close();
      await rm(folder, { recursive: true });
    });

    it('is made ready by store init, again and again', async () => {
      for (let time = 0; time < 2; time++) {
        expect(await command.run('store', 'init', address())).toMatchObject({ status: 0, err: [] });
      }
      for await (const key of store.list('command')) expect.unreachable(key);
    });

    it('takes what a job starts from, and holds its result', async () => {
      const options = ['--data', join(folder, 'data'), '--port', String(await portOfNobody())];
      const run = command.start(
        'run',
        join(folder, 'job.json'),
        '--engine',
        'wasm',
        '--store',
        address(),
        ...options,
      );
      const { result } = await run.event('ended');
      expect(String(result)).toMatch(/^s3:\/\/test-\w+\/command\/jobs\/in-a-bucket-/);
      expect(await run.ended).toBe(0);
      const key = String(result).slice(`s3://${bucket.bucket}/`.length);
      expect(await store.get(`${key}/zarr.json`)).toBeDefined();
    });

    it.each([
      ['an address that is none', () => 's3://Waves', 2, /a bucket has/],
      [
        'a missing bucket',
        () => address().replace(bucket.bucket, 'nowhere'),
        2,
        /there is no bucket nowhere at .*store init$/,
      ],
      [
        'an endpoint where nobody is',
        () => 's3://waves?endpoint=http://127.0.0.1:9',
        3,
        /does not answer at http:\/\/127.0.0.1:9 \(ECONNREFUSED\): check the endpoint/,
      ],
    ])('is told in one line of %s', async (_what, where, status, why) => {
      const options = ['--data', join(folder, 'refused'), '--port', String(await portOfNobody())];
      const [serve, run] = await Promise.all([
        command.run('serve', '--store', where(), ...options),
        command.run('run', join(folder, 'job.json'), '--store', where(), ...options),
      ]);
      expect(serve).toMatchObject({ status, err: [expect.stringMatching(why)] });
      expect(run).toMatchObject({ status, err: [expect.stringMatching(why)] });
    });

    it('is told in one line of a wrong key', async () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      const options = ['--data', join(folder, 'refused'), '--port', String(await portOfNobody())];
      const commands = [
        ['store', 'init', address()],
        ['serve', '--store', address(), ...options],
        ['run', join(folder, 'job.json'), '--store', address(), ...options],
      ];
      for (const args of commands) {
        const wrongKey = await command.run(...args);
        expect(wrongKey).toMatchObject({ status: 2, err: [expect.stringMatching(/refuses the key/)] });
      }
    });
  });
});
