import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderStore } from '../coordinator/store/folder.js';
import { UploadSigner } from '../coordinator/store/signer.js';
import { checkSweep, memberOf } from '../core/job/sweep.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { type JobReport, roomApi } from '../peer-node/cli/api.js';
import { nextFreePort } from '../peer-node/cli/port.js';
import { differingBits } from './bits.js';
import { Fleet, Result } from './fleet.js';
import { CoordinatorProcess, PeerProcess } from './processes.js';

const basin = {
  name: 'basin',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1 },
  time: { steps: 600 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 2 },
  sweep: {
    speed: { field: 'parameters.speed', from: 1, to: 2, count: 4 },
    width: { field: 'initial.psi.sigma', from: 2, to: 4, count: 6 },
  },
};
const axes = checkSweep(basin);

let folder: string;
let port: number;
let coordinator: CoordinatorProcess;
let peers: PeerProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-sweep-'));
  port = await nextFreePort('127.0.0.1', 18_970);
  coordinator = new CoordinatorProcess(folder, port);
  await api();
  peers = ['anna', 'bert'].map((name) => new PeerProcess(origin(), name));
});

afterEach(async () => {
  await Promise.all(peers.map((peer) => peer.stop()));
  await coordinator.stop();
  await rm(folder, { recursive: true, force: true });
});

test('kill -9 of a peer, and then of the coordinator: 24 members are what they are as jobs of their own', async () => {
  const { submit } = await api();
  const { id } = await submit(basin);
  await report(id, (members) => members.done >= 3);
  await peers[1]?.kill();
  await report(id, (members) => members.done >= 10);
  await coordinator.kill();
  coordinator = new CoordinatorProcess(folder, port);
  const { progress } = await report(id, (members) => members.done + members.failed === members.count);
  expect(progress?.members).toMatchObject({ done: 24, failed: 0 });

  const result = new Result(
    await folderStore(join(folder, 'store'), new UploadSigner(new Uint8Array(32))),
    id,
  );
  const all = await result.output('end', 'psi');
  const length = all.length / axes.count;
  const alone = await Fleet.start();
  try {
    await alone.join();
    for (const index of [0, 7, 13, 23]) {
      const { file } = memberOf(axes, basin, index);
      const truth = await (await alone.run({ ...(file as object), run: {} } as never)).output('end', 'psi');
      expect(differingBits([all.slice(index * length, (index + 1) * length)], [truth])).toBe(0);
    }
  } finally {
    await alone.close();
  }
  expect(all.some(Number.isNaN)).toBe(false);
});

const origin = () => `http://127.0.0.1:${port}`;

/** Once the coordinator answers. */
async function api() {
  await expect
    .poll(
      () =>
        fetch(`${origin()}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 100_000 },
    )
    .toBe(true);
  return roomApi(addressesOf(origin()), (await readFile(join(folder, 'token'), 'utf8')).trim());
}

/** The sweep's report, once `holds` is true of its members. A coordinator that is away is waited for. */
async function report(
  id: string,
  holds: (members: NonNullable<NonNullable<JobReport['progress']>['members']>) => boolean,
): Promise<JobReport> {
  for (;;) {
    const now = await (await api()).job(id).catch(() => undefined);
    if (now?.progress?.members && holds(now.progress.members)) return now;
    if (now?.state === 'failed' || now?.state === 'done') {
      if (now.progress?.members && holds(now.progress.members)) return now;
      throw new Error(`it is ${now.state} already: ${now.reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
