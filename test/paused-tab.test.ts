import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { contributeFrom, launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import { paced } from './paced-engine.js';

const PAGES = 'dist/pages';

const job: JobFileInput = {
  name: 'paused-tab',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 1500, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  outputs: { end: { fields: ['psi'] } },
};

const fleets: Fleet[] = [];
let browser: Browser;
let truth: Float32Array;
beforeAll(async () => {
  browser = await launchBrowser();
  const alone = await Fleet.start();
  await alone.join();
  truth = await (await alone.run(job)).output('end', 'psi');
  await alone.close();
});
afterAll(() => browser.close());
afterEach(() => Promise.all(fleets.splice(0).map((fleet) => fleet.close())));

async function openFleet(): Promise<Fleet> {
  const fleet = await Fleet.start({ pages: PAGES });
  fleets.push(fleet);
  return fleet;
}

test('a tab that is throttled, paused and goes on costs its run no step and no bit', async () => {
  const fleet = await openFleet();
  // Slow until the tab has been through all of it.
  let pace = 3e5;
  await fleet.join({ engine: paced(await createWasmEngine(), () => pace) });
  const tab = await contributeFrom(browser, fleet.url, 'wasm');
  const id = await fleet.submit({ ...job, run: { peers: 2, use: 'all' } });
  const inState = (state: string) => tab.locator(`main[data-state=${state}]`).waitFor();
  const step = () => fleet.status(id).progress?.step ?? 0;

  await inState('computing');
  await tab.locator('#share').fill('25');
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(0);
  await tab.getByRole('button', { name: 'Pause' }).click();
  await inState('paused');
  const paused = step();
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(paused);
  await tab.getByRole('button', { name: 'Go on' }).click();
  await inState('computing');
  pace = 1e12;

  await fleet.done(id);
  expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);
});

test('a tab whose timers come once a second, as in the background, holds up no exchange', async () => {
  const fleet = await openFleet();
  await fleet.join();
  const background = await browser.newContext();
  await background.addInitScript(() => {
    const { setTimeout } = globalThis;
    const slow = (run: () => void, milliseconds = 0) => setTimeout(run, Math.max(1000, milliseconds));
    Object.assign(globalThis, { setTimeout: slow });
  });
  await contributeFrom(background, fleet.url, 'wasm');
  // With a timer in each, so many exchanges would outlast this test.
  const id = await fleet.submit({ ...job, run: { peers: 2, use: 'all', exchangeEvery: 4 } });
  await fleet.done(id);
  expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);
});
