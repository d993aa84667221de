import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { folderStore } from '../coordinator/store/folder.js';
import { s3Store } from '../coordinator/store/s3.js';
import type { S3Address } from '../coordinator/store/s3-address.js';
import { UploadSigner } from '../coordinator/store/signer.js';
import type { Store } from '../coordinator/store/store.js';
import type { JobFileInput } from '../core/job/schema.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { roomApi } from '../peer-node/cli/api.js';
import { nextFreePort } from '../peer-node/cli/port.js';
import { differingBits } from './bits.js';
import { Fleet, Result } from './fleet.js';
import { CoordinatorProcess, PeerProcess } from './processes.js';
import { newBucket, s3Server } from './s3/server.js';

const job: JobFileInput = {
  name: 'standby',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 2000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 2, use: 'all', checkpointSeconds: 0.3 },
};

const server = await s3Server();

let truth: Float32Array;
let folder: string;
let store: Store;
let first: CoordinatorProcess;
let second: CoordinatorProcess;
let peers: PeerProcess[];
let urls: [string, string];

beforeAll(async () => {
  const fleet = await Fleet.start();
  await fleet.join();
  truth = await (await fleet.run({ ...job, run: {} })).output('end', 'psi');
  await fleet.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-standby-'));
});

afterEach(async () => {
  await Promise.all(peers.map((peer) => peer.kill()));
  await Promise.all([first.kill(), second.kill()]);
  await rm(folder, { recursive: true, force: true });
});

describe('Of two coordinators on one folder', () => {
  beforeEach(async () => {
    store = await folderStore(join(folder, 'store'), new UploadSigner(new Uint8Array(32)));
    await started({});
  });

  test('the one that stands by goes on from the newest seal when the other one is killed, with the same peers', async () => {
    await eventually(async () => second.output.includes('stands by'));
    const id = await begun();
    await first.kill();
    await finished(id);
  });

  test('one that hangs loses the lease, and when it wakes up it seals nothing more, says so and ends', async () => {
    const id = await begun();
    first.signal('SIGSTOP');
    await standing(urls[1], 'active');
    first.signal('SIGCONT');
    expect(await first.ended).toBe(3);
    expect(first.output).toContain('another coordinator has taken over');
    await finished(id);
  });

  test('one that hangs for good does not keep the peers from the other', async () => {
    const id = await begun();
    first.signal('SIGSTOP');
    await finished(id);
  });
});

describe.skipIf('why' in server)('Of two coordinators on one bucket', () => {
  beforeEach(async () => {
    if ('why' in server) return;
    const bucket = await newBucket(server);
    const open = await s3Store(bucket);
    store = open;
    await started({ GROUNDSWELL_STORE: textOf(bucket) });
    return () => open.close();
  });

  test('the one that stands by goes on from the newest seal when the other one is killed, with the same peers', async () => {
    const id = await begun();
    await first.kill();
    await finished(id);
  });
});

/** Two coordinators, one of them working, and two peers that know both. */
async function started(env: Readonly<Record<string, string>>): Promise<void> {
  const ports = [await nextFreePort('127.0.0.1', 18_670), await nextFreePort('127.0.0.1', 18_770)] as const;
  urls = [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[1]}`];
  first = new CoordinatorProcess(folder, ports[0], env);
  await standing(urls[0], 'active');
  second = new CoordinatorProcess(folder, ports[1], env);
  await standing(urls[1], 'standby');
  peers = ['anna', 'bert'].map((name) => new PeerProcess(urls, name));
}

const textOf = ({ bucket, endpoint, etags }: S3Address) =>
  `s3://${bucket}?endpoint=${endpoint}&etags=${etags}`;

/** A job that has sealed a checkpoint under the first coordinator. */
async function begun(): Promise<string> {
  const token = (await readFile(join(folder, 'token'), 'utf8')).trim();
  const api = roomApi(addressesOf(urls[0]), token);
  const { id } = await api.submit(job);
  await eventually(async () => ((await api.job(id)).progress?.checkpoint ?? 0) > 0);
  return id;
}

async function finished(id: string): Promise<void> {
  await standing(urls[1], 'active');
  const { job: report } = roomApi(addressesOf(urls[1]));
  await eventually(async () => (await report(id)).state === 'done');
  expect(differingBits([await new Result(store, id).output('end', 'psi')], [truth])).toBe(0);
}

function standing(url: string, wanted: string): Promise<void> {
  return eventually(async () => {
    const response = await fetch(`${url}/healthz`).catch(() => undefined);
    return ((await response?.json()) as { standing?: string } | undefined)?.standing === wanted;
  });
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 25));
}
