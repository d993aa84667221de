import { expect, test } from 'vitest';
import { launchBrowser } from './browser.js';
import { openStage } from '../coordinator/stage.suite.js';
test('dbg', async () => {
  const browser = await launchBrowser();
  const stage = await openStage({ pages: 'dist/pages' });
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
  page.on('console', (m) => console.log('C', m.text()));
  page.on('pageerror', (e) => console.log('E', e.stack));
  await page.goto(`${stage.coordinator.url}/watch?painter=webgpu`);
  const t = Date.now();
  for (let i = 0; i < 10; i++) { await page.waitForTimeout(1000); const p = await page.locator('main').getAttribute('data-painter'); console.log(Date.now() - t, p); if (p) break; }
  console.log(await page.evaluate(() => ({ w: document.documentElement.scrollWidth, wide: [...document.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => `${e.tagName}#${e.id} ${e.getBoundingClientRect().right}`) })));
  await page.screenshot({ path: '/tmp/wshots/dbg.png' });
  await browser.close(); await stage.close();
  expect(1).toBe(1);
}, 60000);
