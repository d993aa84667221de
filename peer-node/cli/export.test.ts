import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { memoryStore, sampleJob, storeResult } from '../../coordinator/results/sample.fixture.js';
import { startResult } from '../../coordinator/results/start.js';
import { folderStore } from '../../coordinator/store/folder.js';
import { UploadSigner } from '../../coordinator/store/signer.js';
import { newBucket, s3Server } from '../../test/s3/server.js';
import { BuiltCommand } from './command.fixture.js';

const server = await s3Server();

let data: string;
let command: BuiltCommand;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'groundswell-export-'));
  command = await BuiltCommand.build('export');
  const store = await folderStore(join(data, 'store'), new UploadSigner(new Uint8Array(32)));
  await storeResult(store, 'done-1', sampleJob());
  await startResult(store, 'begun-1', sampleJob());
});
afterAll(async () => {
  await command.close();
  await rm(data, { recursive: true });
});

const to = (name: string) => join(data, name);
const exported = (...args: readonly string[]) => command.run('export', ...args);

test('a job of this coordinator becomes one netCDF file, unless another format is named', async () => {
  const { status, out } = await exported('done-1', '--data', data, '--to', to('all.nc'));
  expect(status).toBe(0);
  expect(out).toMatch(/^Wrote .*all\.nc \([\d.]+ kB\): 7 arrays, volume\/psi\.L, .*probes\/ear\/rms2\.T/);
  expect((await readFile(to('all.nc'))).toString('latin1', 1, 4)).toBe('HDF');
});

test('a result’s own folder will do, and what is written is told to scripts', async () => {
  const result = join(data, 'store/jobs/done-1/result.zarr');
  const film = await exported(
    result,
    'floor',
    '--format',
    'mp4',
    '--fps',
    '5',
    '--to',
    to('f.mp4'),
    '--json',
  );
  expect(film.status).toBe(0);
  expect(JSON.parse(film.out)).toMatchObject({ event: 'exported', arrays: ['floor/psi.T'], missing: 0 });
  const png = await exported(
    result,
    'volume/psi.L',
    '--format',
    'png',
    '--plane',
    'y=3',
    '--to',
    to('p.png'),
  );
  expect(png.status).toBe(0);
  // Nothing is made in what is only read.
  expect(await readdir(result)).not.toContain('~unfinished');
});

test('a result that is not complete is written as far as it is, and that is said', async () => {
  const { status, out } = await exported('begun-1', 'wall', '--data', data, '--to', to('wall.nc'));
  expect(status).toBe(0);
  expect(out).toMatch(/not complete yet: 210 of 210 values \(100 %\) are missing, and are NaN/);
});

test.each([
  [['none-1'], /there is no result at .*none-1\/result\.zarr: give a job's id/],
  [['done-1', 'volume', '--format', 'npy'], /no single array volume: name one of volume\/psi\.L, /],
  [['done-1', 'volume/psi.L', '--format', 'png', '--plane', 'w=3'], /Give an axis and a cell, like z=20/],
  [['done-1', '--to', '/nowhere/file.nc'], /\/nowhere\/file\.nc cannot be written \(No such file/],
  [['s3://Waves/result.zarr'], /a bucket has 3 to 63/],
])('%j is refused in one line', async (args, why) => {
  const { status, err } = await exported(...args, '--data', data);
  expect(status).toBe(2);
  expect(err).toEqual([expect.stringMatching(why)]);
});

test.skipIf('why' in server)(
  'a result in a bucket is exported from there, or the line says why not',
  async () => {
    if ('why' in server) return;
    const { bucket, endpoint } = await newBucket(server);
    const result = (name: string, at = endpoint) =>
      `s3://${name}/jobs/done-1/result.zarr?endpoint=${at}&etags=bare`;
    const { s3Store } = await import('../../coordinator/store/s3.js');
    const { s3Address } = await import('../../coordinator/store/s3-address.js');
    const store = await s3Store(s3Address(`s3://${bucket}?endpoint=${endpoint}&etags=bare`));
    onTestFinished(() => store.close());
    const local = memoryStore();
    await storeResult(local, 'done-1', sampleJob());
    for (const [key, bytes] of local.objects) await store.put(key, bytes);

    const place = ['--format', 'npy', '--to', to('b.npy')];
    expect(await exported(result(bucket), 'volume/psi.L', ...place)).toMatchObject({ status: 0, err: [] });
    const all = `s3://${bucket}?endpoint=${endpoint}&etags=bare`;
    expect(await exported('done-1', 'wall', '--store', all, ...place)).toMatchObject({ status: 0, err: [] });

    const line = async (address: string) => (await exported(address, 'wall', ...place)).err;
    expect(await line(result('nowhere'))).toEqual([expect.stringMatching(/there is no bucket nowhere at/)]);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await line(result(bucket))).toEqual([expect.stringMatching(/refuses the key .*: check /)]);
  },
);
