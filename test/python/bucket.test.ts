import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { s3Store } from '../../coordinator/store/s3.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { resultKey } from '../../core/protocol/keys.js';
import { differingBits } from '../bits.js';
import { contributeFrom, launchBrowser } from '../browser.js';
import { Fleet } from '../fleet.js';
import { newBucket, s3Server } from '../s3/server.js';
import { ensurePython, FIRST_RUN_MS, type Python } from './python.js';

const PAGES = 'dist/pages';

const job: JobFileInput = {
  name: 'for-python',
  model: 'wave',
  grid: { shape: [12, 16, 20], spacing: 0.5, unit: 'm', brick: 8 },
  time: { steps: 12, courant: 0.55, unit: 's' },
  amplitude: { unit: 'Pa' },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  probes: { ear: { at: { z: 6, y: 8, x: 10 }, fields: ['psi'] } },
  outputs: { volume: { fields: ['psi'], every: 6 } },
  run: { peers: 2, use: 'all' },
};

/** What `read_bucket.py` prints. */
interface Reading {
  readonly dims: Readonly<Record<string, number>>;
  readonly units: string;
  readonly coords: Readonly<Record<string, { readonly units: string; readonly values: unknown }>>;
  readonly volume: readonly number[];
  readonly ear: readonly number[];
  readonly state: string;
}

const server = await s3Server();
let python: Python | { readonly why: string };
beforeAll(async () => {
  python = await ensurePython();
  const why = 'why' in server ? server.why : 'why' in python ? python.why : undefined;
  if (why !== undefined) console.warn(`results in a bucket are not opened in Python here: ${why}`);
}, FIRST_RUN_MS);

test('xarray opens by its s3:// address what a tab and a Node peer wrote there, and finds the truth', async (context) => {
  if ('why' in server) return context.skip(server.why);
  if ('why' in python) return context.skip(python.why);
  const alone = await Fleet.start();
  onTestFinished(() => alone.close());
  await alone.join();
  const truth = await alone.run({ ...job, run: { peers: 1 } });

  const store = await s3Store(await newBucket(server));
  onTestFinished(() => store.close());
  const fleet = await Fleet.start({ store, pages: PAGES });
  onTestFinished(() => fleet.close());
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  await contributeFrom(browser, fleet.url, 'wasm');
  await fleet.join();
  const { id } = await fleet.run(job);
  expect(fleet.events.map(({ details }) => details.shards)).toContain(2);

  const folder = await mkdtemp(join(tmpdir(), 'groundswell-bucket-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const script = await readFile(new URL('read_bucket.py', import.meta.url), 'utf8');
  const address = `${store.location}/${resultKey(id)}`;
  const args = [address, server.endpoint, server.accessKey, server.secretKey];
  const found = JSON.parse(await python.run(script, { folder, args })) as Reading;

  expect(found).toMatchObject({ dims: { time: 2, z: 12, y: 16, x: 20 }, units: 'Pa', state: 'complete' });
  expect(found.coords.z).toEqual({ units: 'm', values: Array.from({ length: 12 }, (_, i) => i / 2) });
  expect(found.coords.time?.units).toBe('s');
  const arrays = [found.volume, found.ear].map((values) => Float32Array.from(values));
  const truths = [await truth.output('volume', 'psi'), await truth.probe('ear', 'psi')];
  expect(differingBits(arrays, truths)).toBe(0);
});
