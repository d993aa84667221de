import type { BrowserContext, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import {
  agree,
  computing,
  endStay,
  inState,
  labServer,
  openWhen,
  pageStage,
  play,
  standIn,
  wordsOf,
} from './page.suite.js';
import type { StandIn } from './stand-in.suite.js';

const pages = pageStage();

describe('on the visitor’s terms', () => {
  it('remembers them', async () => {
    const page = await pages.now.visit();
    await page.locator('#share').fill('25');
    await page.getByLabel('Processor', { exact: true }).check();
    await openWhen(page);
    await page.getByLabel('Only at certain hours').check();
    await page.locator('#from').selectOption('21');
    await page.reload();
    expect(await page.locator('#share').inputValue()).toBe('25');
    expect(await page.locator('#share-said').textContent()).toBe('25%');
    expect(await page.getByLabel('Processor', { exact: true }).isChecked()).toBe(true);
    expect(await page.locator('#from').inputValue()).toBe('21');
  });

  it('hands its piece on for a pause, and comes back', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    await page.getByRole('button', { name: 'Pause' }).click();
    await inState(page, 'leaving');
    await endStay(page);
    await inState(page, 'paused');
    expect(await wordsOf(page.getByRole('status').first())).toContain('Other devices have its piece');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started === 2);
  });

  it('computes on mains power only, where that was asked for', async () => {
    const page = await pages.now.visit({ prepare: batteryPowered });
    await openWhen(page);
    await page.getByLabel('Only on mains power').check();
    await page.getByRole('button', { name: 'Start computing' }).click();
    await inState(page, 'paused');
    expect(await wordsOf(page.getByRole('status').first())).toContain('goes on when it is plugged in');
    expect((await standIn(page)).started).toBe(0);
    await setCharging(page, true);
    await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started === 1);
    await play(page, computing);
    await inState(page, 'computing');
    await setCharging(page, false);
    await endStay(page);
    await inState(page, 'paused');
  });

  it('cannot be asked for what the browser does not tell, and says so', async () => {
    const page = await pages.now.visit({
      prepare: (context) =>
        context.addInitScript(() => Object.assign(Navigator.prototype, { getBattery: undefined })),
    });
    await openWhen(page);
    await page.getByText('does not tell on what power the device runs').waitFor();
    expect(await page.getByLabel('Only on mains power').isDisabled()).toBe(true);
  });

  it('counts the cell updates it has given, over all visits, and those that were verified', async () => {
    const page = await pages.now.visit();
    await agree(page);
    await play(page, computing);
    await play(page, { ...computing, step: 600 });
    const given = page.locator('#updates');
    // 100 steps of 80 × 96 × 32 cells of one component.
    await expect.poll(() => given.textContent()).toBe('24.6 million');
    expect(await page.locator('#credit').isVisible()).toBe(false);
    const { document } = pages.now.stage.conductor();
    document.setMember('bbbb', { ...labServer, name: 'A tab', credit: 12_000_000 });
    await expect.poll(() => page.locator('#credit').textContent()).toBe('12 million');
    document.setMember('bbbb', undefined);
    await play(page, { kind: 'waiting', reason: 'there is no work at the moment' });
    await inState(page, 'waiting');
    expect(await given.isVisible()).toBe(true);
    expect(await page.locator('#credit').textContent()).toBe('12 million');
    await page.reload();
    await agree(page);
    await play(page, computing);
    await expect.poll(() => given.textContent()).toBe('24.6 million');
  });
});

/** A device that tells of its battery, which is not charging. */
async function batteryPowered(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const battery = Object.assign(new EventTarget(), { charging: false });
    Object.assign(Navigator.prototype, { getBattery: async () => battery });
    Object.assign(globalThis, { battery });
  });
}

const setCharging = (page: Page, charging: boolean) =>
  page.evaluate((now) => {
    const { battery } = globalThis as unknown as { battery: EventTarget & { charging: boolean } };
    battery.charging = now;
    battery.dispatchEvent(new Event('chargingchange'));
  }, charging);
