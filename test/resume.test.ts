import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { contributeFrom, launchBrowser } from './browser.js';
import { Fleet, type Result } from './fleet.js';

const PAGES = 'dist/pages';

const job: JobFileInput = {
  name: 'resumed',
  model: 'wave',
  grid: { shape: [24, 32, 40], spacing: 1, brick: 8 },
  time: { steps: 1500, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 18, x: 20 } } },
  probes: { ear: { at: { z: 20, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: { plane: { fields: ['psi'], every: 100, plane: { z: 16 } }, end: { fields: ['psi', 'freq'] } },
  run: { peers: 3, use: 'all', checkpointSeconds: 0.1 },
};

test('what three Node peers began, a tab and a Node peer end: every bit is as with one peer alone', async () => {
  const alone = await Fleet.start();
  await alone.join();
  const truth = await everything(await alone.run({ ...job, run: {} }));
  await alone.close();

  const folder = await mkdtemp(join(tmpdir(), 'groundswell-resume-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const first = await Fleet.start({ folder });
  for (let peer = 0; peer < 3; peer++) await first.join();
  const id = await first.submit(job);
  await until(() => (first.status(id).progress?.checkpoint ?? 0) > 0);
  expect(first.stop(id)).toBe(true);
  await first.close();

  const second = await Fleet.start({ folder, pages: PAGES });
  onTestFinished(() => second.close());
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  await contributeFrom(browser, second.url, 'wasm');
  await second.join();
  await second.resume(id);
  await second.done(id);
  const plans = second.events.filter(({ event }) => event === 'plan').map(({ details }) => details);
  expect(plans[0]).toMatchObject({ source: 'checkpoint', from: expect.toSatisfy((step) => step > 0) });
  expect(plans.map(({ shards }) => shards)).toContain(2);
  expect(differingBits(await everything(second.result(id)), truth)).toBe(0);
});

function everything(result: Result): Promise<Float32Array[]> {
  return Promise.all([
    result.output('plane', 'psi'),
    result.output('end', 'psi'),
    result.output('end', 'freq'),
    result.probe('ear', 'psi'),
  ]);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
