import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { keyboardFaults, seriousFaults } from './accessibility.js';
import { launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import { pictureOn, wrongPixels } from './picture.js';
import { storedPlane } from './stored-plane.js';

const SHAPE = [32, 32, 64] as const;
const EVERY = 8;
const PEAK = 2;

const file: JobFileInput = {
  name: 'welcome',
  title: 'A wave for whoever comes',
  model: 'wave',
  grid: { shape: [...SHAPE], spacing: 1, brick: 32 },
  // Longer than the test: it is ended.
  time: { steps: 400_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 2, sigma: 4, centre: { z: 16, y: 12, x: 20 } } },
  outputs: { film: { fields: ['psi'], every: EVERY, plane: { z: 16 } } },
  run: { use: 'all', exchangeEvery: EVERY, checkpointSeconds: 1 },
};

let browser: Browser;
let fleet: Fleet;

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), Fleet.start({ pages: 'dist/pages', trust: true })]);
  await fleet.join({ name: 'Lab server' });
});
afterAll(async () => {
  await browser?.close();
  await fleet?.close();
});

afterEach(async () => {
  for (const id of fleet.jobs()) fleet.stop(id);
  for (const context of browser.contexts()) await context.close();
});

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GROUNDSWELL_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Cell updates as a page writes them. */
async function updatesIn(page: Page, id: string): Promise<number> {
  const [number = '', word = ''] = ((await page.locator(`#${id}`).textContent()) ?? '').split(' ');
  const unit = { million: 1e6, billion: 1e9, trillion: 1e12 }[word] ?? 1;
  return Number(number.replaceAll(',', '')) * unit;
}

/** By way of the laboratory, which the page leads to: the token, a job file, and off it goes. Resolves to the job's id. */
async function handedIn(phone: BrowserContext, page: Page): Promise<string> {
  const [lab] = await Promise.all([
    phone.waitForEvent('page'),
    page.getByRole('navigation').getByRole('link', { name: 'Laboratory' }).tap(),
  ]);
  await lab.getByLabel('Token').fill(fleet.token);
  await lab.getByRole('button', { name: 'Use it' }).tap();
  await lab.getByText('The token is right.').waitFor();
  await lab.getByRole('button', { name: 'Take an example' }).tap();
  await lab.getByText('drop is fine').waitFor();
  // The example takes minutes; this one is as large as the test needs.
  await lab.getByLabel('Job file').fill(JSON.stringify(file));
  await lab.getByText('welcome is fine').waitFor();
  await lab.getByRole('button', { name: 'Hand it in' }).tap();
  await lab.getByText('Handed in.').waitFor();
  await lab.close();
  const [id = ''] = fleet.jobs();
  return id;
}

const stepOn = async (page: Page) => Number(await page.locator('main').getAttribute('data-step'));

test('somebody with a phone agrees, computes, earns credit, and sees the wave go by as it is stored', async () => {
  const phone = await browser.newContext({
    ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    userAgent: 'Mozilla/5.0 (Linux; Android 15; Mobile) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
  });
  const complaints: string[] = [];
  phone.on('weberror', (error) => complaints.push(error.error().message));
  const page = await phone.newPage();
  await page.goto(fleet.url);
  await page.getByText('Nothing at the moment').waitFor();
  await picture(page, 'newcomer-1-nothing-runs');
  await page.getByRole('button', { name: 'Start computing' }).tap();
  await page.locator('main[data-state=waiting]').waitFor();
  await picture(page, 'newcomer-2-waiting');
  const id = await handedIn(phone, page);
  await page.locator('main[data-state=computing]').waitFor();
  await expect.poll(() => updatesIn(page, 'credit'), { timeout: 120_000 }).toBeGreaterThan(0);
  expect(await updatesIn(page, 'updates')).toBeGreaterThan(0);
  await page.getByRole('row', { name: /Lab server\s+Direct\s+[\d.]+ ms/ }).waitFor({ timeout: 120_000 });
  expect(await seriousFaults(page)).toEqual([]);
  await picture(page, 'newcomer-3-computing');

  const [watch] = await Promise.all([
    phone.waitForEvent('page'),
    page.getByRole('link', { name: 'See the wave' }).tap(),
  ]);
  // What a GPU has painted cannot be read.
  await watch.goto(`${fleet.url}/watch?painter=canvas&peak=${PEAK}&plane=z:16`);
  await watch.locator('main[data-seen=live]').waitFor();
  const [first, before] = [await stepOn(watch), await pictureOn(watch)];
  await expect.poll(() => stepOn(watch), { timeout: 60_000 }).toBeGreaterThan(first);
  await watch.getByRole('button', { name: 'Pause' }).tap();
  await watch.locator('main[data-follows=paused]').waitFor();
  const [step, after] = [await stepOn(watch), await pictureOn(watch)];
  expect(after.data).not.toEqual(before.data);
  const at = { output: 'film', snapshot: step / EVERY - 1, step };
  const view = { state: 'psi', axis: 'z', at: 16, stride: 1, rate: 15 } as const;
  const plane = await storedPlane(fleet.url, id, { view, shape: SHAPE, at });
  expect(wrongPixels(after, plane, PEAK)).toBe(0);
  await picture(watch, 'newcomer-4-watching');
  expect(await seriousFaults(watch)).toEqual([]);
  expect(await keyboardFaults(watch)).toEqual([]);
  expect(await page.locator('main').getAttribute('data-state')).toBe('computing');
  expect(complaints).toEqual([]);
});
