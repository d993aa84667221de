import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { keyboardFaults, overflow, seriousFaults } from '../../test/accessibility.js';
import {
  agree,
  computing,
  DESKTOP,
  endStay,
  inState,
  openWhen,
  PHONE,
  pageStage,
  plan,
  play,
  standIn,
} from './page.suite.js';
import type { StandIn } from './stand-in.suite.js';

const pages = pageStage();

describe('for everyone', () => {
  it('can be used with the keyboard alone', async () => {
    const page = await pages.now.visit();
    await tabTo(page, 'share');
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('#share-said').textContent()).toBe('95%');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByLabel('Processor').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await tabTo(page, 'some-hours');
    await page.keyboard.press('Space');
    await tabTo(page, 'to');
    await tabTo(page, 'some-hours', 'Shift+Tab');
    await page.keyboard.press('Space');
    await tabTo(page, 'start');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started === 1);
    await play(page, computing);
    await inState(page, 'computing');
    await page.keyboard.press('Enter');
    expect((await standIn(page)).asked).toEqual(['leave']);
  });

  it('shows the keyboard every control, whatever the page is about', async () => {
    const page = await pages.now.visit();
    await openWhen(page);
    await page.getByLabel('Only at certain hours').check();
    expect(await keyboardFaults(page)).toEqual([]);
    // Whether it is one of these hours now is not for the test to say.
    await page.getByLabel('Only at certain hours').uncheck();
    await agree(page);
    await play(page, computing);
    await inState(page, 'computing');
    expect(await keyboardFaults(page)).toEqual([]);
  });

  it.each([
    { on: 'a phone', size: PHONE, colorScheme: 'light' },
    { on: 'a phone', size: PHONE, colorScheme: 'dark' },
    { on: 'a desktop', size: DESKTOP, colorScheme: 'light' },
    { on: 'a desktop', size: DESKTOP, colorScheme: 'dark' },
  ] as const)(
    'fits $on, and has no serious fault of accessibility, in $colorScheme colours',
    async ({ size, colorScheme }) => {
      const page = await pages.now.visit({ ...size, colorScheme, gpu: false });
      await page.getByText('Ripples in a box').waitFor();
      await openWhen(page);
      await page.getByLabel('Only at certain hours').check();
      await nothingInTheWay(page, 'asking');
      await page.getByLabel('Only at certain hours').uncheck();
      await agree(page);
      await play(page, computing);
      await nothingInTheWay(page, 'computing');
    },
  );

  it.each([
    { on: 'a phone', size: PHONE, colorScheme: 'light' },
    { on: 'a desktop', size: DESKTOP, colorScheme: 'dark' },
  ] as const)('is as good where a visit takes another turn, on $on', async ({ size, colorScheme }) => {
    const page = await pages.now.visit({ ...size, colorScheme });
    await agree(page);
    await play(page, { kind: 'waiting', reason: 'there is no work at the moment' });
    await nothingInTheWay(page, 'waiting');
    await play(page, {
      ...computing,
      self: 'dddd',
      plan: { ...plan, shadows: [{ peer: 'dddd', shard: 1 }] },
    });
    await page.getByText('compute a second time').waitFor();
    await nothingInTheWay(page, 'computing');
    await play(page, { kind: 'connecting', attempt: 2, reason: 'the coordinator closed the connection' });
    await nothingInTheWay(page, 'connecting');
    await page.getByRole('button', { name: 'Pause' }).click();
    await nothingInTheWay(page, 'leaving');
    await endStay(page);
    await nothingInTheWay(page, 'paused');
    await page.getByRole('button', { name: 'Stop' }).click();
    await nothingInTheWay(page, 'left');
  });

  it.each(['light', 'dark'] as const)(
    'is as good where it cannot begin, in %s colours',
    async (colorScheme) => {
      const page = await pages.now.visit({ ...PHONE, colorScheme, gpu: false, search: '?engine=webgpu' });
      await page.getByRole('button', { name: 'Start computing' }).click();
      await nothingInTheWay(page, 'unable');
    },
  );
});

async function nothingInTheWay(page: Page, state: string): Promise<void> {
  await inState(page, state);
  expect(await seriousFaults(page), state).toEqual([]);
  expect(await overflow(page), state).toBe(0);
}

/** Presses a key until the element with this id has the focus. */
async function tabTo(page: Page, id: string, key = 'Tab'): Promise<void> {
  const focused = () => page.evaluate(() => document.activeElement?.id);
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press(key);
    if ((await focused()) === id) return;
  }
  throw new Error(`${key} never comes to #${id}`);
}
