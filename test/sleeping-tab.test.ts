import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { BreakableWay } from './broken-lines.js';
import { contributeFrom, launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';

const PAGES = 'dist/pages';

const job: JobFileInput = {
  name: 'sleeping-tab',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 4000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  outputs: { end: { fields: ['psi', 'freq'] } },
  run: { peers: 2, use: 'all', checkpointSeconds: 0.5 },
};

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let browser: Browser;
let fleet: Fleet;
let way: BreakableWay;
let truth: Float32Array;
beforeAll(async () => {
  browser = await launchBrowser();
  const alone = await Fleet.start();
  await alone.join();
  truth = await (await alone.run({ ...job, run: { peers: 1 } })).output('end', 'psi');
  await alone.close();
});
afterAll(() => browser.close());

beforeEach(async () => {
  fleet = await Fleet.start({ pages: PAGES });
  way = await BreakableWay.to(fleet.url);
});
afterEach(async () => {
  await fleet.close();
  await way.close();
});

/** A run of a Node peer and a tab, and the tab's page. */
async function runWithTab(): Promise<{ id: string; page: Page }> {
  await fleet.join();
  const page = await contributeFrom(browser, way.address(fleet.url), 'wasm');
  const id = await fleet.submit(job);
  while ((fleet.status(id).progress?.step ?? 0) < 300) await sleep(10);
  // Gone with the page, should it be loaded anew.
  await page.evaluate(() => Object.assign(globalThis, { isStillThisPage: true }));
  return { id, page };
}

const isStillThisPage = (page: Page) => page.evaluate(() => 'isStillThisPage' in globalThis);

test('a tab that is frozen for seconds goes on with its shard where it was', async () => {
  const { id, page } = await runWithTab();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await sleep(3_000);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await fleet.done(id);
  expect(fleet.troubles).toEqual([]);
  expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);
  expect(await isStillThisPage(page)).toBe(true);
  await page.close();
});

test('a tab whose network was away for long comes back by itself, and computes again', async () => {
  const { id, page } = await runWithTab();
  way.silence();
  while (!fleet.events.some(({ event }) => event === 'back')) await sleep(50);
  way.reset();
  way.open();
  await fleet.done(id);
  await fleet.submit({ ...job, time: { steps: 100, courant: 0.55 } });
  await page.locator('main[data-state=computing]').waitFor();
  expect(await isStillThisPage(page)).toBe(true);
  expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);
  await page.close();
});
