import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderStore } from '../coordinator/store/folder.js';
import { UploadSigner } from '../coordinator/store/signer.js';
import type { JobFileInput } from '../core/job/schema.js';
import { checkpointBrickKey, sealPrefix } from '../core/protocol/keys.js';
import { sealSchema } from '../core/protocol/seal.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';
import { paced } from './paced-engine.js';

const job: JobFileInput = {
  name: 'changed',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 8 },
  time: { steps: 3000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 1, checkpointSeconds: 0.1 },
};

test('a job that is resumed from a state with a changed brick says so, and goes on from the state before', async () => {
  const alone = await Fleet.start();
  await alone.join();
  const truth = await (await alone.run(job)).output('end', 'psi');
  await alone.close();

  const folder = await mkdtemp(join(tmpdir(), 'groundswell-changed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const first = await Fleet.start({ folder, trust: true });
  // Slow enough for some seals before it is over.
  await first.join({ engine: paced(await createWasmEngine(), () => 1e7) });
  const id = await first.submit(job);
  const sealed = new Set<number>();
  await eventually(() => sealed.add(first.status(id).progress?.checkpoint ?? 0).size > 2);
  expect(first.stop(id)).toBe(true);
  await first.close();
  const { step, brick } = await changeBrick(folder, id);

  const second = await Fleet.start({ folder, trust: true });
  onTestFinished(() => second.close());
  await second.join();
  await second.resume(id);
  await second.done(id);
  const of = (event: string) => second.events.filter((logged) => logged.event === event);
  expect(of('not-as-sealed').map(({ details }) => details.object)).toEqual([brick]);
  const [refused, next] = of('plan').map(({ details }) => details);
  expect(refused).toMatchObject({ source: 'checkpoint', from: step });
  expect(next?.from).toBeLessThan(step);
  expect(differingBits([await second.result(id).output('end', 'psi')], [truth])).toBe(0);
});

/** Puts other cells in place of a brick of the newest sealed state. */
async function changeBrick(folder: string, id: string) {
  const path = join(folder, 'store');
  const store = await folderStore(path, new UploadSigner(new Uint8Array(32)));
  let key = '';
  // In order: the newest is the last.
  for await (const seal of store.list(sealPrefix(id))) key = seal;
  const { name = '', step } = sealSchema.parse(JSON.parse(new TextDecoder().decode(await store.get(key))));
  const [brick, other] = [checkpointBrickKey(id, name, [0, 0, 0]), checkpointBrickKey(id, name, [1, 1, 1])];
  await copyFile(join(path, other), join(path, brick));
  return { step, brick };
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
