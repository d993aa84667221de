import { afterEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { contributeFrom } from './browser.js';
import { Fleet } from './fleet.js';
import { launchUntouched, type UntouchedBrowser } from './untouched-browser.js';

const job: JobFileInput = {
  name: 'hidden-tab',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 1500, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  outputs: { end: { fields: ['psi'] } },
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function owned<T extends Fleet | UntouchedBrowser>(each: T): T {
  open.push(each);
  return each;
}

test('a tab behind another one, its timers throttled by the browser, computes its part to the last bit', async () => {
  const alone = owned(await Fleet.start());
  await alone.join();
  const truth = await (await alone.run(job)).output('end', 'psi');

  const fleet = owned(await Fleet.start({ pages: 'dist/pages' }));
  await fleet.join();
  const { context } = owned(await launchUntouched());
  const tab = await contributeFrom(context, fleet.url, 'wasm');
  const other = await context.newPage();
  await other.bringToFront();
  const visibility = () => tab.evaluate(() => document.visibilityState);
  await expect.poll(visibility, { timeout: 60_000 }).toBe('hidden');

  const id = await fleet.submit({ ...job, run: { peers: 2, use: 'all', exchangeEvery: 4 } });
  await fleet.done(id);
  expect(await visibility()).toBe('hidden');
  expect(fleet.troubles).toEqual([]);
  expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);

  // What was computed unseen stands on the page when somebody looks again.
  await tab.bringToFront();
  await tab.locator('main[data-state=waiting]').waitFor();
});
