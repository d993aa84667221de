import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { memberId } from '../core/protocol/member-id.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { overflow, seriousFaults } from './accessibility.js';
import { launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import { paced } from './paced-engine.js';
import { pictureOn, wrongPixels } from './picture.js';
import { storedPlane } from './stored-plane.js';

const PHONE = { viewport: { width: 390, height: 844 } };
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PEAK = 2;

/** Six members, some seconds each while the device is paced. */
const pond = {
  name: 'pond',
  title: 'A drop in ponds',
  model: 'wave',
  grid: { shape: [40, 48], spacing: 0.5 },
  time: { steps: 60 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 2, sigma: 2 } },
  outputs: { film: { fields: ['psi'], every: 30 } },
  sweep: {
    edge: { field: 'boundary', values: ['dirichlet', 'periodic'] },
    speed: { field: 'parameters.speed', from: 1, to: 2, count: 3 },
  },
};

let browser: Browser;
let fleet: Fleet;
let id: string;
/** Cell updates a second: half a minute for all. */
let rate = 2e4;
const complaints: string[] = [];

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), Fleet.start({ pages: 'dist/pages' })]);
  await fleet.join({ name: 'Slow server', engine: paced(await createWasmEngine(), () => rate) });
});
afterAll(async () => {
  await browser?.close();
  await fleet?.close();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(complaints.splice(0)).toEqual([]);
});

/** Everything that the browser complains of is a fault. */
async function open(path: string, options: BrowserContextOptions = DESKTOP): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${fleet.url}${path}`);
  return page;
}

/** Serious faults of accessibility, and what sticks out of the window. */
async function obstacles(page: Page): Promise<readonly string[]> {
  const tooWide = await overflow(page);
  return [...(await seriousFaults(page)), ...(tooWide > 0 ? [`${tooWide} pixels too wide`] : [])];
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.GROUNDSWELL_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

const rowsIn = (page: Page, state: string) => page.locator(`#member-rows tr[data-state=${state}]`);

test('the laboratory shows the members of a sweep as they come, and stops and resumes it', async () => {
  const page = await open('/lab');
  await page.getByLabel('Token').fill(fleet.token);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByLabel('Job file').fill(JSON.stringify(pond, null, 2));
  await page.getByText('pond is fine: 6 simulations, the first of 48 × 40 cells, 60 steps.').waitFor();
  await page.getByRole('button', { name: 'Hand it in' }).click();
  await page.locator('#job-card[data-state=running]').waitFor();
  id = fleet.jobs()[0] ?? '';
  await page.getByText('6 simulations over edge (2) and speed (3)').waitFor();
  await rowsIn(page, 'running').getByText('with a device: Slow server').first().waitFor();
  await rowsIn(page, 'done').first().waitFor();
  expect(await page.locator('#member-heads th').allInnerTexts()).toEqual([
    ...['Member', 'edge', 'speed', 'State', 'Stored'],
  ]);
  await page.getByText('Samples of a sweep’s members are computed again').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
  await page.locator('#job-card[data-state=stopped]').waitFor();
  await expect.poll(() => rowsIn(page, 'running').count()).toBe(0);
  await picture(page, 'lab-sweep-stopped');
  rate = 1e9;
  await page.getByRole('button', { name: 'Resume', exact: true }).press('Enter');
  await page.locator('#job-card[data-state=done]').waitFor();
  await rowsIn(page, 'done').nth(5).waitFor();
  expect(await page.locator('#member-rows tr').nth(4).locator('td').allInnerTexts()).toEqual([
    ...['periodic', '1.5', 'done', 'See it'],
  ]);
  await page.getByLabel('Show').selectOption('failed');
  await page.getByText('None is so now.').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download all as netCDF' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^pond-\w+\.nc$/);
});

test('a member that is done is seen as it is stored, and another is chosen by its values', async () => {
  const page = await open(`/watch?painter=canvas&peak=${PEAK}&member=4`);
  await page.locator('main[data-seen=stored][data-step="60"]').waitFor();
  await page.getByText('computed whole on one device, which sends no pictures').waitFor();
  await page.getByText('Number 4, done.').waitFor();
  const view = { state: 'psi', axis: 'z', at: 0, stride: 1, rate: 15 } as const;
  const at = { output: 'film', snapshot: 1, step: 60 };
  const plane = await storedPlane(fleet.url, memberId(id, [1, 1]), { view, shape: [1, 40, 48], at });
  expect(wrongPixels(await pictureOn(page), plane, PEAK)).toBe(0);
  await page.getByRole('combobox', { name: 'speed' }).selectOption({ label: '2' });
  await page.getByText('Number 5, done.').waitFor();
  await page.locator('#job', { hasText: 'speed = 2' }).waitFor();
  expect(new URL(page.url()).searchParams.get('member')).toBe('5');
  await page.locator('#time').focus();
  await page.keyboard.press('Home');
  await page.locator('main[data-seen=stored][data-step="30"]').waitFor();
});

test.each([
  { size: 'phone', options: PHONE },
  { size: 'desktop', options: DESKTOP },
])('on a $size nothing serious is in anybody’s way, in light and dark', async ({ size, options }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const lab = await open('/lab', { ...options, colorScheme });
    await rowsIn(lab, 'done').nth(5).waitFor();
    await lab.getByText('Nobody has been shut out lately.').waitFor();
    expect(await obstacles(lab), `the laboratory, ${colorScheme}`).toEqual([]);
    await picture(lab, `lab-sweep-${size}-${colorScheme}`);
    const watch = await open('/watch', { ...options, colorScheme });
    await watch.locator('main[data-seen=stored]').waitFor();
    expect(await obstacles(watch), `the watch page, ${colorScheme}`).toEqual([]);
    await picture(watch, `watch-sweep-${size}-${colorScheme}`);
  }
});
