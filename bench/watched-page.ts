import type { Page } from 'playwright';
import { launchBrowser } from '../test/browser.js';

/** What somebody who watches in a browser sees of a plane. */
export interface Watched {
  /** Planes painted in a second. */
  readonly rate: number;
  /** Of the picture, in pixels: a pixel a sample. */
  readonly columns: number;
  readonly rows: number;
}

/** Opens the watch page in Chromium for so long as `seconds` says, once frames have settled. `during` is run meanwhile. */
export async function watchedIn<T>(
  url: string,
  { search, settle, seconds }: { readonly search: string; readonly settle: number; readonly seconds: number },
  during: () => Promise<T>,
): Promise<Watched & { readonly found: T }> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${url}/watch${search}`);
    await page.locator('main[data-seen=live]').waitFor();
    await page.waitForTimeout(1000 * settle);
    const counted = paintedOver(page, seconds);
    const found = await during();
    const size = await page.locator('#plane').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      return { columns: width, rows: height };
    });
    return { rate: await counted, ...size, found };
  } finally {
    await browser.close();
  }
}

/** Each plane that is painted changes the step that the page tells. */
function paintedOver(page: Page, seconds: number): Promise<number> {
  return page.evaluate(async (milliseconds) => {
    let painted = 0;
    const watcher = new MutationObserver((changes) => {
      painted += changes.length;
    });
    watcher.observe(document.querySelector('main') as HTMLElement, { attributeFilter: ['data-step'] });
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    watcher.disconnect();
    return (1000 * painted) / (performance.now() - start);
  }, 1000 * seconds);
}
