import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright';

/** The browser that `npm test` has found or installed. */
const EXECUTABLE = process.env.GROUNDSWELL_CHROMIUM ?? '/usr/bin/chromium';

/** How any Chromium is started here. */
export const BROWSER: LaunchOptions = {
  executablePath: EXECUTABLE,
  headless: true,
  // Root has no sandbox.
  chromiumSandbox: process.getuid?.() !== 0,
};

/** Chromium without a window, with WebGPU emulated on the processor where there is no GPU. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ ...BROWSER, args: ['--enable-unsafe-webgpu'] });
}

/** Opens the contribute page of a coordinator and agrees to compute, as a visitor does. */
export async function contributeFrom(
  browser: Pick<Browser, 'newPage'>,
  url: string,
  engine: 'webgpu' | 'wasm',
): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator(`input[name=engine][value=${engine}]`).check();
  await page.getByRole('button', { name: 'Start computing' }).click();
  await page.locator('main[data-state=waiting], main[data-state=computing]').waitFor();
  return page;
}
