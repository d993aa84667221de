import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { folderStore } from '../coordinator/store/folder.js';
import { UploadSigner } from '../coordinator/store/signer.js';
import type { JobFileInput } from '../core/job/schema.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { type JobReport, roomApi } from '../peer-node/cli/api.js';
import { nextFreePort } from '../peer-node/cli/port.js';
import { differingBits } from './bits.js';
import { Fleet, Result } from './fleet.js';
import { CoordinatorProcess, PeerProcess } from './processes.js';

const job: JobFileInput = {
  name: 'restart',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 8000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 18, x: 20 } } },
  probes: { off: { at: { z: 20, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: { plane: { fields: ['psi'], every: 1000, plane: { z: 16 } }, end: { fields: ['psi', 'freq'] } },
  run: { peers: 2, use: 'all', checkpointSeconds: 0.3 },
};

let truth: Float32Array[];
let folder: string;
let port: number;
let coordinator: CoordinatorProcess;
let peers: PeerProcess[] = [];

beforeAll(async () => {
  const fleet = await Fleet.start();
  await fleet.join();
  truth = await everything(await fleet.run({ ...job, run: {} }));
  await fleet.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-restart-'));
  port = await nextFreePort('127.0.0.1', 18_470);
  coordinator = new CoordinatorProcess(folder, port);
  await api();
  peers = ['anna', 'bert'].map((name) => new PeerProcess(origin(), name));
});

afterEach(async () => {
  await Promise.all(peers.map((peer) => peer.stop()));
  await coordinator.stop();
  await rm(folder, { recursive: true, force: true });
});

test('kill -9 of the coordinator, twice: started again, it goes on where it was, and peers come back by themselves', async () => {
  const { submit } = await api();
  const { id } = await submit(job);
  for (const step of [600, 1500]) {
    await report(id, ({ progress }) => (progress?.checkpoint ?? 0) >= step);
    await coordinator.kill();
    coordinator = new CoordinatorProcess(folder, port);
    const resumed = await report(id, ({ state }) => state === 'running');
    expect(resumed.progress?.step).toBeGreaterThanOrEqual(step);
  }
  await report(id, ({ state }) => state === 'done');
  expect(differingBits(await everything(await resultOf(id)), truth)).toBe(0);
});

test('a job that was stopped says so after a restart, goes on when it is resumed, and is not run again when it is done', async () => {
  const { submit, stop } = await api();
  const { id } = await submit(job);
  await report(id, ({ progress }) => (progress?.checkpoint ?? 0) >= 600);
  await stop(id);
  await coordinator.stop();
  coordinator = new CoordinatorProcess(folder, port);
  expect(await report(id, () => true)).toMatchObject({ state: 'stopped', reason: 'stopped on request' });

  const { start } = await api();
  await start(id);
  const resumed = await report(id, ({ state }) => state === 'running');
  expect(resumed.progress?.step).toBeGreaterThanOrEqual(600);
  await report(id, ({ state }) => state === 'done');
  expect(differingBits(await everything(await resultOf(id)), truth)).toBe(0);
  await expect(start(id)).rejects.toThrow('is done');
});

const origin = () => `http://127.0.0.1:${port}`;

/** The API with the right to submit, once the coordinator answers. */
async function api() {
  await eventually(async () => (await fetch(`${origin()}/healthz`).catch(() => undefined))?.ok === true);
  const token = (await readFile(join(folder, 'token'), 'utf8')).trim();
  return roomApi(addressesOf(origin()), token);
}

/** The job's report, once `holds` is true of it. */
async function report(id: string, holds: (report: JobReport) => boolean): Promise<JobReport> {
  const reports: JobReport[] = [];
  await eventually(async () => {
    const now = await (await api()).job(id).catch(() => undefined);
    if (now) reports.push(now);
    const held = now !== undefined && holds(now);
    if (!held && now?.state === 'done') throw new Error('the job was done before that could happen');
    return held;
  });
  return reports.at(-1) as JobReport;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 25));
}

async function resultOf(id: string): Promise<Result> {
  return new Result(await folderStore(join(folder, 'store'), new UploadSigner(new Uint8Array(32))), id);
}

async function everything(result: Result): Promise<Float32Array[]> {
  return Promise.all([
    result.output('end', 'psi'),
    result.output('end', 'freq'),
    result.output('plane', 'psi'),
    result.probe('off', 'psi'),
  ]);
}
