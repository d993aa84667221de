import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import type { View } from '../core/watch/view.js';
import { launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import { pictureOn, volumeOn, wrongPixels, wrongRays } from './picture.js';
import { storedPlane, storedVolume } from './stored-plane.js';

const SHAPE = [24, 48, 64] as const;
const EVERY = 4;
const PEAK = 2;

const file: JobFileInput = {
  name: 'watched',
  title: 'A wave to be watched',
  model: 'wave',
  grid: { shape: [...SHAPE], spacing: 1, brick: 24 },
  // Longer than any test looks: it is stopped.
  time: { steps: 400_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 2, sigma: 4, centre: { z: 12, y: 16, x: 20 } } },
  probes: { ear: { at: { z: 12, y: 30, x: 40 }, fields: ['psi'] } },
  outputs: { film: { fields: ['psi'], every: EVERY, plane: { z: 12 } } },
  run: { peers: 2, use: 'all', exchangeEvery: EVERY },
};

const view: View = { state: 'psi', axis: 'z', at: 12, stride: 1, rate: 15 };

let browser: Browser;
let fleet: Fleet;
let id: string;
const faults: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  fleet = await Fleet.start({ pages: 'dist/pages' });
  await Promise.all([fleet.join(), fleet.join()]);
  id = await fleet.submit(file);
});

afterAll(async () => {
  await browser?.close();
  await fleet?.close();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(faults.splice(0)).toEqual([]);
});

/** Everything the browser complains of, violations of the content security policy among it, is a fault. */
async function open(search = '', options: BrowserContextOptions = {}, at = fleet): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${at.url}/watch${search}`);
  return page;
}

const seen = (page: Page, what: string) => page.locator(`main[data-seen=${what}]`).waitFor();
const following = (page: Page, what: string) => page.locator(`main[data-follows=${what}]`).waitFor();
const stepOn = async (page: Page) => Number(await page.locator('main').getAttribute('data-step'));

async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The picture once more, in other colours: what a GPU has painted can be read only before it is shown. */
const repainted = (page: Page) =>
  page.evaluate(() => {
    const colours = document.getElementById('colours') as HTMLSelectElement;
    colours.value = 'light';
    colours.dispatchEvent(new Event('input'));
    const canvas = document.getElementById('plane') as HTMLCanvasElement;
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    copy.drawImage(canvas, 0, 0);
    return [...copy.getImageData(0, 0, width, height).data];
  });

describe('a running job', () => {
  test('is seen live, and each pixel has the colour of what the store holds of that step', async () => {
    const page = await open(`?painter=canvas&peak=${PEAK}&plane=z:12`);
    await seen(page, 'live');
    await page.keyboard.press(' ');
    await following(page, 'paused');
    const [step, picture] = [await stepOn(page), await pictureOn(page)];
    expect(await page.locator('#title').textContent()).toBe('Paused');
    const at = { output: 'film', snapshot: step / EVERY - 1, step };
    const plane = await storedPlane(fleet.url, id, { view, shape: SHAPE, at });
    expect(wrongPixels(picture, plane, PEAK)).toBe(0);
  });

  test('can be watched with the keyboard alone: the past, and back to now', async () => {
    const page = await open('?plane=z:12');
    await seen(page, 'live');
    const focused = () => page.evaluate(() => document.activeElement?.id);
    const tabTo = async (target: string) => {
      for (let presses = 0; (await focused()) !== target; presses++) {
        expect(presses).toBeLessThan(20);
        await page.keyboard.press('Tab');
      }
    };
    await page.locator('#time:enabled').waitFor();
    await tabTo('time');
    await page.keyboard.press('Home');
    await seen(page, 'stored');
    expect(await stepOn(page)).toBe(EVERY);
    await page.keyboard.press('ArrowRight');
    await page.locator(`main[data-step="${2 * EVERY}"]`).waitFor();
    await tabTo('live');
    await page.keyboard.press('Enter');
    await seen(page, 'live');
    await tabTo('at');
    await page.keyboard.press('ArrowRight');
    await page.getByText('at z 13').waitFor();
    expect(new URL(page.url()).searchParams.get('plane')).toBe('z:13');
    await seen(page, 'live');
  });

  test('goes on when a viewer vanishes', async () => {
    const page = await open('?plane=z:12');
    await seen(page, 'live');
    const crashed = page.waitForEvent('crash');
    page.goto('chrome://crash').catch(() => {});
    await crashed;
    const { step = 0 } = fleet.status(id).progress ?? {};
    await expect.poll(() => fleet.status(id).progress?.step ?? 0, { timeout: 60_000 }).toBeGreaterThan(step);
    expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  });
});

describe('the whole volume', () => {
  test('is seen live, and each pixel is the value farthest from 0 along its line of what the store holds of that step', async () => {
    const peak = 0.5;
    const whole = await Fleet.start({ pages: 'dist/pages' });
    try {
      await Promise.all([whole.join(), whole.join()]);
      const job = await whole.submit({ ...file, outputs: { film: { fields: ['psi'], every: EVERY } } });
      const page = await open(`?painter=canvas&plane=all&turn=0,0&peak=${peak}`, {}, whole);
      await seen(page, 'live');
      await page.locator('#volume-place[data-painter=canvas]').waitFor();
      // Touched, it has the focus: the space bar still pauses.
      await page.locator('#volume-place').click();
      await page.keyboard.press(' ');
      await following(page, 'paused');
      const step = await stepOn(page);
      const at = { output: 'film', snapshot: step / EVERY - 1, step };
      const volume = await storedVolume(whole.url, job, { state: 'psi', shape: SHAPE, at });
      const error = volume.error + Number(await page.locator('main').getAttribute('data-error')) + 1e-6;
      for (const [turn, key] of [
        [0, 'ArrowRight'],
        [5, undefined],
      ] as const) {
        await page.locator(`#volume-place[data-turned="${turn},0"]`).waitFor();
        const rays = wrongRays(await volumeOn(page), volume, { turn: { turn, tilt: 0 }, peak, error });
        expect(rays.wrong).toBe(0);
        expect(rays.colours).toBeGreaterThan(50);
        if (key) await page.keyboard.press(key);
      }
    } finally {
      for (const context of browser.contexts()) await context.close();
      await whole.close();
    }
  });

  test('is turned by arrow keys, and by sliders, and the link shows it so', async () => {
    const page = await open('?painter=canvas&plane=all');
    await seen(page, 'live');
    const turned = (turn: string) => page.locator(`#volume-place[data-turned="${turn}"]`).waitFor();
    await turned('30,25');
    await page.locator('#volume-place').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await turned('35,20');
    await page.locator('#turn').focus();
    await page.keyboard.press('ArrowLeft');
    await turned('30,20');
    await expect.poll(() => new URL(page.url()).searchParams.get('turn')).toBe('30,20');
    await page.locator('#axis').selectOption('z');
    await page.locator('main[data-view=plane]').waitFor();
    expect(await page.locator('#volume-place').isVisible()).toBe(false);
    expect(await page.locator('#turn').isVisible()).toBe(false);
    await seen(page, 'live');
  });

  test.each([
    { size: 'phone', viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const },
    { size: 'desktop', viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const },
  ])('at $size size, nothing serious is in anybody’s way', async ({ size, viewport, colorScheme }) => {
    const page = await open('?painter=canvas&plane=all&borders=on', { viewport, colorScheme });
    await seen(page, 'live');
    await page.locator('#frames .border').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const folder = process.env.GROUNDSWELL_SCREENSHOTS;
    if (folder) await page.screenshot({ path: join(folder, `watch-volume-${size}-${colorScheme}.png`) });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
  });
});

describe.each([
  { size: 'phone', viewport: { width: 360, height: 740 } },
  { size: 'desktop', viewport: { width: 1280, height: 800 } },
])('at $size size', ({ size, viewport }) => {
  test.each(['light', 'dark'] as const)('in %s, nothing serious is in anybody’s way', async (colorScheme) => {
    const page = await open('?plane=z:12&borders=on', { viewport, colorScheme });
    await seen(page, 'live');
    const serious = await seriousFaults(page);
    expect(serious).toEqual([]);
    const folder = process.env.GROUNDSWELL_SCREENSHOTS;
    if (folder) await page.screenshot({ path: join(folder, `watch-${size}-${colorScheme}.png`) });
    const tooWide = await page.evaluate(() => {
      const all = [...document.querySelectorAll('body *:not(#stage *)')];
      const wide = all.filter((place) => place.getBoundingClientRect().right > innerWidth + 1);
      return wide.map(({ tagName, id: name, className }) => `${tagName} ${name} ${className}`);
    });
    expect(tooWide).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
  });
});

test('the picture alone fills a wall display', async () => {
  const page = await open('?plane=z:12&kiosk', { viewport: { width: 800, height: 600 } });
  await seen(page, 'live');
  expect(await page.locator('#controls').isVisible()).toBe(false);
  const stage = await page.locator('#stage').boundingBox();
  expect(stage?.width).toBe(800);
  const folder = process.env.GROUNDSWELL_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, 'watch-kiosk.png') });
});

test('a page that is opened while its job waits goes live with it, and says when it has ended', async () => {
  const later = await Fleet.start({ pages: 'dist/pages' });
  try {
    const job = await later.submit({ ...file, run: { exchangeEvery: EVERY } });
    const pages = [
      await open('?painter=canvas&plane=z:12&kiosk', {}, later),
      await open('?painter=canvas&plane=all', {}, later),
    ];
    for (const page of pages) await page.locator('#empty', { hasText: 'The simulation waits' }).waitFor();
    await later.join();
    for (const page of pages) await seen(page, 'live');
    const [plane, volume] = pages as [Page, Page];
    expect(await volume.locator('#marks').isDisabled()).toBe(true);
    expect(await volume.locator('#rate-value').textContent()).toBe('5');
    later.stop(job);
    await seen(plane, 'stored');
    await volume.locator('#title', { hasText: 'Last picture' }).waitFor();
  } finally {
    for (const context of browser.contexts()) await context.close();
    await later.close();
  }
});

describe('where no job runs', () => {
  test('the page says so', async () => {
    const empty = await Fleet.start({ pages: 'dist/pages' });
    try {
      const page = await open('', {}, empty);
      await page.locator('#empty', { hasText: 'No simulation runs' }).waitFor();
    } finally {
      for (const context of browser.contexts()) await context.close();
      await empty.close();
    }
  });

  test('the last stored picture is shown, by a GPU too, and by the processor where the GPU goes', async () => {
    const quiet = await Fleet.start({ pages: 'dist/pages' });
    try {
      await quiet.join();
      await quiet.run({ ...file, time: { steps: 20, courant: 0.5 }, run: {} });
      const open20 = async (painter: string) => {
        const page = await open(`?painter=${painter}&plane=z:12`, {}, quiet);
        await page.locator('main[data-seen=stored][data-step="20"]').waitFor();
        await page.getByText('The simulation is done.').waitFor();
        return page;
      };
      const page20 = await open20('canvas');
      const truth = await repainted(page20);
      // Of a volume nothing is stored; the plane is there again afterwards.
      await page20.locator('#axis').selectOption('all');
      await page20.locator('#empty', { hasText: 'no stored picture' }).waitFor();
      await page20.locator('#axis').selectOption('z');
      await page20.locator('main[data-seen=stored][data-step="20"]').waitFor();
      expect(truth).toHaveLength(4 * SHAPE[1] * SHAPE[2]);
      expect(new Set(truth).size).toBeGreaterThan(50);
      // Chromium without a window may take a GPU's device away when it has painted: then it is the processor's turn.
      const page = await open20('webgpu');
      const different = async () => {
        const picture = await repainted(page);
        return (
          picture.filter((channel, i) => Math.abs(channel - (truth[i] as number)) > 4).length / truth.length
        );
      };
      await expect.poll(different, { timeout: 60_000 }).toBeLessThan(0.005);
    } finally {
      for (const context of browser.contexts()) await context.close();
      await quiet.close();
    }
  });
});
