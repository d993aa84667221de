import type { Page } from 'playwright';
import type { JobFileInput } from '../../core/job/schema.js';
import { launchBrowser } from '../../test/browser.js';
import { Fleet } from '../../test/fleet.js';
import { countingProxy } from './counting-proxy.js';

const PAGES = 'dist/pages';

/** More steps than any visit makes, of cubes of so many cells a side. */
const endless = (edge: number): JobFileInput => ({
  name: 'visit',
  model: 'wave',
  grid: { shape: [edge, edge, edge], spacing: 1 },
  time: { steps: 10_000_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 4 } },
});

export interface FirstVisit {
  /** From the address to the first cells that the page shows as computed. */
  readonly seconds: number;
  /** Sent to the browser by then. */
  readonly bytes: number;
}

/** A browser that was never here before opens the page, its visitor agrees at once, and it gets a piece of a job that waits. */
export async function firstVisit(): Promise<FirstVisit> {
  return inTheRoom(64, async (page, url, sent) => {
    const began = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await page.getByRole('button', { name: 'Start computing' }).click();
    await untilComputed(page);
    return { seconds: (performance.now() - began) / 1000, bytes: sent() };
  });
}

/** Steps a second of the processor of a tab, at each share in turn, per cent. */
export async function ratesAt(shares: readonly number[], seconds: number): Promise<readonly number[]> {
  return inTheRoom(128, async (page, url) => {
    await page.goto(`${url}/?engine=wasm`);
    await page.getByRole('button', { name: 'Start computing' }).click();
    await untilComputed(page);
    const rates: number[] = [];
    for (const share of shares) {
      await page.locator('#share').fill(String(share));
      // What was under way ends, and the page's numbers follow.
      await page.waitForTimeout(2_000);
      const [first, began] = [await stepOf(page), performance.now()];
      await page.waitForTimeout(1000 * seconds);
      rates.push(((await stepOf(page)) - first) / ((performance.now() - began) / 1000));
    }
    return rates;
  });
}

async function inTheRoom<T>(
  edge: number,
  visit: (page: Page, url: string, sent: () => number) => Promise<T>,
): Promise<T> {
  const fleet = await Fleet.start({ pages: PAGES });
  await fleet.submit(endless(edge));
  const proxy = await countingProxy(fleet.url);
  const browser = await launchBrowser();
  try {
    return await visit(await browser.newPage(), proxy.url, () => proxy.bytes);
  } finally {
    await browser.close();
    await proxy.close();
    await fleet.close();
  }
}

const stepOf = async (page: Page) => Number(await page.locator('main').getAttribute('data-step'));

async function untilComputed(page: Page): Promise<void> {
  await page.waitForFunction(() => Number(document.querySelector('main')?.dataset.step) > 0);
}
