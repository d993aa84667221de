import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { trustKey } from '../core/protocol/keys.js';
import { skippedStep } from '../core/trust/attacks.suite.js';
import { roomApi } from '../peer-node/cli/api.js';
import { nextFreePort } from '../peer-node/cli/port.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { freshIdentity, joinRoom } from './fleet.js';
import { CoordinatorProcess } from './processes.js';

const job: JobFileInput = {
  name: 'remembered',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 400, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 2, use: 'all' },
};

test('a coordinator that is killed and started again knows who was shut out, and all credit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-trust-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await nextFreePort('127.0.0.1', 18_490);
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const process = new CoordinatorProcess(folder, port);
    onTestFinished(() => process.stop());
    await eventually(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok === true);
    return process;
  };
  const liar = { name: 'liar', identity: await freshIdentity() };
  const joinLiar = async () => {
    const peer = await joinRoom(url, { ...liar, engine: skippedStep.on(await createWasmEngine()) });
    onTestFinished(() => peer.close());
    return peer.contributor.finished;
  };

  const coordinator = await start();
  const token = (await readFile(join(folder, 'token'), 'utf8')).trim();
  const api = roomApi(addressesOf(url), token);
  const refused = joinLiar();
  const honest = await joinRoom(url, { name: 'honest' });
  onTestFinished(() => honest.close());
  const { id } = await api.submit(job);
  expect(await refused).toMatchObject({ kind: 'refused', reason: expect.stringContaining('cannot be used') });
  await eventually(async () => (await api.job(id)).state === 'done');
  const { credits } = await api.credit();
  expect(credits).toMatchObject([{ cellUpdates: 400 * 24 ** 3 }]);
  const kept = join(folder, 'store', trustKey('main'));
  await eventually(async () => {
    const { credit, reputation } = JSON.parse(await readFile(kept, 'utf8'));
    return credit.credits.length === 1 && JSON.stringify(reputation).includes('quarantined');
  });

  await coordinator.kill();
  await start();
  // It stands by until the other one's lease is over, and reads what that kept.
  await eventually(async () => {
    const now = await api.credit().catch(() => undefined);
    return JSON.stringify(now?.credits) === JSON.stringify(credits);
  });
  expect(await joinLiar()).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('found out to compute wrongly'),
  });
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 25));
}
