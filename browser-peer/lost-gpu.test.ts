import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../test/browser.js';

/** Nobody listens there: the browser is given the page by the test, and takes it for one of this machine, which may use the GPU. */
const PAGE = 'http://localhost:9/';

let browser: Browser;
let page: Page;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./lost-gpu.suite.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    loader: { '.wgsl': 'text' },
  });
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.route(PAGE, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>waves</title>' }),
  );
  await page.goto(PAGE);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
});

afterAll(() => browser?.close());

it('a GPU that is lost in a tab is opened again, and the waves are the same to the bit', async () => {
  const found = await page.evaluate('lostAndFound()');
  expect(found).toEqual({ differing: 0, devices: 3 });
});

it('a tab remembers which workgroup was best', async () => {
  expect(await page.evaluate('remembered()')).toEqual(['1,4,64,1', undefined]);
});
