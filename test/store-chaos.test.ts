import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { s3Store } from '../coordinator/store/s3.js';
import type { S3Address } from '../coordinator/store/s3-address.js';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { contributeFrom, launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import type { S3Server } from './s3/ceph.js';
import { Chaos } from './s3/chaos.js';
import { FaultProxy } from './s3/fault-proxy.js';
import { newBucket, s3Server } from './s3/server.js';

const PAGES = 'dist/pages';

/** 18 bricks, eight snapshots: some two hundred objects, and a checkpoint wherever one is due. */
const job: JobFileInput = {
  name: 'in-a-storm',
  model: 'wave',
  grid: { shape: [16, 20, 24], spacing: 1, brick: 8 },
  time: { steps: 32, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  probes: { ear: { at: { z: 8, y: 10, x: 12 }, fields: ['psi'] } },
  outputs: { volume: { fields: ['psi'], every: 4 } },
  run: { peers: 2, use: 'all', checkpointSeconds: 1 },
};

const server = await s3Server();

describe.skipIf('why' in server)('A run whose store fails every fourth time, in every way S3 has', () => {
  let bucket: S3Address;
  let proxy: FaultProxy;
  let volume: Float32Array;
  let heard: Float32Array;
  beforeAll(async () => {
    bucket = await newBucket(server as S3Server);
    proxy = await FaultProxy.start((server as S3Server).endpoint);
    const calm = await Fleet.start();
    await calm.join();
    const truth = await calm.run({ ...job, run: { peers: 1 } });
    volume = await truth.output('volume', 'psi');
    heard = await truth.probe('ear', 'psi');
    await calm.close();
  });
  afterAll(() => proxy.close());

  /** A network whose coordinator and peers reach the bucket through the storm alone. */
  async function inStorm(seed: number, pages?: string): Promise<{ fleet: Fleet; chaos: Chaos }> {
    const chaos = new Chaos({ seed, share: 0.25 });
    proxy.spoil(chaos.faultOf);
    const store = await s3Store({ ...bucket, prefix: `storm-${seed}`, endpoint: proxy.url });
    onTestFinished(() => store.close());
    const fleet = await Fleet.start({ store, ...(pages && { pages }) });
    onTestFinished(() => fleet.close());
    return { fleet, chaos };
  }

  /** The result as it is, read past the storm: whole and equal to the truth, or else torn or lost. */
  async function expectTruth(fleet: Fleet, id: string): Promise<void> {
    proxy.spoilNext();
    const result = fleet.result(id);
    const found = [await result.output('volume', 'psi'), await result.probe('ear', 'psi')];
    expect(differingBits(found, [volume, heard])).toBe(0);
  }

  it.each([1, 2, 3])('ends with the same bits (storm %i)', async (seed) => {
    const { fleet, chaos } = await inStorm(seed);
    await fleet.join();
    await fleet.join();
    const { id } = await fleet.run(job);
    await expectTruth(fleet, id);
    expect(chaos.counts.size).toBeGreaterThan(5);
  });

  it('ends with the same bits where a tab computes along', async () => {
    const { fleet } = await inStorm(4, PAGES);
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    await contributeFrom(browser, fleet.url, 'wasm');
    await fleet.join();
    const { id } = await fleet.run(job);
    await expectTruth(fleet, id);
  });
});
