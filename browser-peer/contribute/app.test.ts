import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { agree, computing, pageStage, play, state } from './page.suite.js';

const pages = pageStage();

describe('as an app', () => {
  it('can be installed, and opens without a network, and says so', async () => {
    const own = await pages.now.another();
    const page = await pages.now.visit({ at: own, expected: /ERR_|WebSocket connection/ });
    const session = await page.context().newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // It has a say of its own in whether there is a network.
    await session.detach();
    // Playwright's contexts are private windows, in which nothing is installed for good.
    const errors = installabilityErrors.map(({ errorId }) => errorId);
    expect(errors.filter((error) => error !== 'in-incognito')).toEqual([]);
    const isKept = (path: string) =>
      page.evaluate(
        async (wanted) => (await caches.match(new URL(wanted, document.baseURI))) !== undefined,
        path,
      );
    for (const path of ['.', 'contribute.js', 'style.css']) await expect.poll(() => isKept(path)).toBe(true);
    await page.context().setOffline(true);
    await own.close();
    await page.reload();
    await page.getByText('This device is offline.').waitFor();
  });

  it('keeps nothing of a room, not even its invitation', async () => {
    const page = await pages.now.visit({
      search: `?room=main&invite=${new URL(pages.now.stage.coordinator.invitation).searchParams.get('invite')}`,
    });
    await page.getByText('Ripples in a box').waitFor();
    await expect.poll(() => keptAddresses(page)).toContainEqual(expect.stringMatching(/\/contribute\.js$/));
    expect((await keptAddresses(page)).filter((url) => /api|ws|invite|room=/.test(url))).toEqual([]);
  });

  it('says when the browser has held it still', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    for (const event of ['freeze', 'resume'])
      await page.evaluate((name) => document.dispatchEvent(new Event(name)), event);
    await page.getByText('held this tab still').waitFor();
    expect(await state(page)).toBe('computing');
  });
});

/** The addresses of all that the page's service worker keeps. */
const keptAddresses = (page: Page) =>
  page.evaluate(async () => {
    const kept = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return kept.flat().map(({ url }) => url);
  });
