import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keyboardFaults, overflow, seriousFaults } from './accessibility.js';
import { launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';

const PHONE = { viewport: { width: 360, height: 740 } };
const DESKTOP = { viewport: { width: 1280, height: 900 } };

const good = `name: pulse
title: A pulse in a box
model: wave
grid: { shape: [16, 24, 32], spacing: 1, brick: 8 }
time: { steps: 60 }
parameters: { speed: 1 }
initial: { psi: { formula: gaussian, amplitude: 1, sigma: 2 } }
probes: { ear: { at: { z: 8, y: 12, x: 20 }, fields: [psi] } }
outputs: { floor: { fields: [psi], every: 20, plane: { z: 8 } } }
run: { peers: 1 }
`;
/** Without a probe: its times alone would take gigabytes. */
const endless = good
  .replace('pulse', 'endless')
  .replace('steps: 60', 'steps: 1000000000')
  .replace(/probes: .*\n/, '')
  .replace('every: 20', 'every: end');
/** Looking through its members takes longer than a second click. */
const sweep = `name: ponds
model: wave
grid: { shape: [16, 24], spacing: 1 }
time: { steps: 20 }
parameters: { speed: 1 }
initial: { psi: { formula: gaussian, amplitude: 1, sigma: 2 } }
outputs: { film: { fields: [psi], every: 20 } }
sweep: { speed: { field: parameters.speed, from: 1, to: 2, count: 10 } }
`;
const faulty = `name: pulse
model: wave
grid:
  shape: [16, 0]
  spacing: -1
time: { steps: 60 }
paramters: { speed: 1 }
`;

let browser: Browser;
let fleet: Fleet;
const complaints: string[] = [];

beforeAll(async () => {
  [browser, fleet] = await Promise.all([launchBrowser(), Fleet.start({ pages: 'dist/pages' })]);
  await fleet.join({ name: 'Lab server' });
});
afterAll(async () => {
  await browser?.close();
  await fleet?.close();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(complaints.splice(0)).toEqual([]);
});

/** Everything that the browser complains of, violations of the content security policy among it, is a fault. */
async function open(options: BrowserContextOptions = {}, search = ''): Promise<Page> {
  const context = await browser.newContext({ ...DESKTOP, ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${fleet.url}/lab${search}`);
  await page.getByText('Connected', { exact: true }).waitFor();
  return page;
}

async function giveToken(page: Page): Promise<void> {
  await page.getByLabel('Token').fill(fleet.token);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('The token is right.').waitFor();
}

const editor = (page: Page) => page.getByLabel('Job file');
const handIn = (page: Page) => page.getByRole('button', { name: 'Hand it in' });

describe('a job file', () => {
  it('has its faults shown by line and field while it is written, and is not sent', async () => {
    const page = await open();
    await giveToken(page);
    await editor(page).fill(faulty);
    await page.getByText('3 faults:').waitFor();
    const faults = await page.getByRole('list', { name: 'Faults' }).getByRole('button').allInnerTexts();
    expect(faults.map((fault) => fault.split('\n')[0])).toEqual(
      expect.arrayContaining(['Line 4: grid.shape[1]', 'Line 5: grid.spacing', 'Line 7: paramters']),
    );
    expect(await page.locator('#gutter mark').allInnerTexts()).toEqual(['4', '5', '7']);
    await page.getByRole('button', { name: 'grid.spacing' }).click();
    const chosen = await editor(page).evaluate((field: HTMLTextAreaElement) =>
      field.value.slice(field.selectionStart, field.selectionEnd),
    );
    expect(chosen).toBe('  spacing: -1');
    await handIn(page).click();
    expect(fleet.jobs()).toEqual([]);
  });

  it('is taken where it is dropped, and looked at', async () => {
    const page = await open();
    const files = await page.evaluateHandle((text) => {
      const carried = new DataTransfer();
      carried.items.add(new File([text], 'pulse.yaml', { type: 'text/yaml' }));
      return carried;
    }, faulty);
    await page.locator('#drop').dispatchEvent('dragover', { dataTransfer: files });
    await page.locator('#drop[data-over=true]').waitFor();
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer: files });
    await page.getByText('3 faults:').waitFor();
    expect(await editor(page).inputValue()).toBe(faulty);
    await page.locator('#drop[data-over=false]').waitFor();
  });

  it('is run, followed by its probes and taken away as netCDF', async () => {
    const page = await open();
    await giveToken(page);
    await page
      .locator('#file')
      .setInputFiles({ name: 'pulse.yaml', mimeType: 'text/yaml', buffer: Buffer.from(good) });
    await page.getByText('pulse is fine: 32 × 24 × 16 cells, 60 steps.').waitFor();
    await handIn(page).click();
    await page.getByText('Done', { exact: true }).waitFor();
    await page.getByText('Step 60 of 60').waitFor();
    await page.locator('figure.plot[data-points="60"]').waitFor();
    await page.getByText('Lab server joined').waitFor();
    await page.getByRole('link', { name: 'floor/psi as png' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download all as netCDF' }).click(),
    ]);
    const bytes = await readFile(await download.path());
    // netCDF-4 is HDF5.
    expect(bytes.subarray(1, 4).toString()).toBe('HDF');
    expect(download.suggestedFilename()).toMatch(/^pulse-\w+\.nc$/);
  });
});

it('a run is watched, stopped and resumed with the keyboard alone', async () => {
  const page = await open();
  await page.getByLabel('Token').focus();
  await page.keyboard.type(fleet.token);
  await page.keyboard.press('Enter');
  await page.getByText('The token is right.').waitFor();
  // What may not be pressed yet is none of the stops that follow.
  await page.locator('#submit:enabled').waitFor();
  await editor(page).focus();
  await page.keyboard.insertText(endless);
  await page.getByText('endless is fine').waitFor();
  for (const _ of ['choose a file', 'take an example', 'hand it in']) await page.keyboard.press('Tab');
  await page.locator('#submit:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#job-card[data-state=running]').waitFor();
  await page.getByText('One device computes all of it.').waitFor();
  // Until the job has a result, and there are links to share, stops come that nobody counted on.
  await page.locator('#download[href*=endless]').waitFor();
  await page.getByText('Links to share').waitFor();
  expect(await keyboardFaults(page)).toEqual([]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousFaults(page), colorScheme).toEqual([]);
  }
  await page
    .locator('#fleet-rows tr', { hasText: 'Lab server' })
    .getByText('100%', { exact: true })
    .waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
  await page.locator('#job-card[data-state=stopped]').waitFor();
  // It had no checkpoint; what it has stored stays.
  await page.getByText('Goes on from step 0 of ').waitFor();
  await page.locator('#download[href*=endless]:visible').waitFor();
  await page.getByRole('button', { name: 'Resume', exact: true }).press('Enter');
  await page.locator('#job-card[data-state=running]').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).press('Enter');
  await page.locator('#job-card[data-state=stopped]').waitFor();
});

describe('for everyone', () => {
  it.each([
    { of: 'a phone', size: PHONE, colorScheme: 'light' },
    { of: 'a phone', size: PHONE, colorScheme: 'dark' },
    { of: 'a desktop', size: DESKTOP, colorScheme: 'light' },
    { of: 'a desktop', size: DESKTOP, colorScheme: 'dark' },
  ] as const)(
    'fits $of, and has no serious fault, in $colorScheme colours',
    async ({ size, colorScheme }) => {
      const page = await open({ ...size, colorScheme });
      await giveToken(page);
      await page.getByRole('button', { name: /pulse/ }).click();
      await page.locator('figure.plot[data-points="60"]').waitFor();
      await editor(page).fill(faulty);
      await page.getByText('3 faults:').waitFor();
      await page.getByText('Links to share').waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await seriousFaults(page)).toEqual([]);
    },
  );
});

it('from another machine the token alone is enough: the page follows the run, and takes files away', async () => {
  const page = await (await browser.newContext(DESKTOP)).newPage();
  // To a coordinator, somebody who comes by another name is from another machine.
  await page.goto(`http://lab.localhost:${new URL(fleet.url).port}/lab`);
  await page.getByText('from another machine this takes an invitation link').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(await keyboardFaults(page)).toEqual([]);
  await page.getByLabel('Token').fill('something else');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('this is not the token').waitFor();
  await giveToken(page);
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByRole('button', { name: /pulse/ }).click();
  const downloaded = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name }).click(),
    ]);
    await page.getByText('is downloaded.').waitFor();
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const all = await downloaded('Download all as netCDF');
  expect(all.name).toMatch(/^pulse-\w+\.nc$/);
  expect(all.bytes.subarray(1, 4).toString()).toBe('HDF');
  const lend = await page.getByRole('navigation').getByRole('link', { name: 'Compute' }).getAttribute('href');
  expect((await fetch(`${fleet.url}/api/rooms/main${new URL(lend ?? '', fleet.url).search}`)).status).toBe(
    200,
  );
});

it('a download that is refused says why in place of a file', async () => {
  const page = await open();
  await giveToken(page);
  await page.getByRole('button', { name: /pulse/ }).click();
  const link = page.getByRole('link', { name: 'Download all as netCDF' });
  await link.evaluate((anchor: HTMLAnchorElement) => {
    anchor.href = anchor.href.replace('format=netcdf', 'format=mp4&what=nothing');
  });
  await link.click();
  await page.locator('#told', { hasText: 'nothing' }).waitFor();
  // The browser reports each answer that is none.
  expect(complaints.splice(0)).toEqual([expect.stringMatching(/status of 4\d\d/)]);
});

it('a link to watch shows the run, and lets nobody touch it', async () => {
  const answer = await fetch(`${fleet.url}/api/rooms/main/invitations`, {
    headers: { authorization: `Bearer ${fleet.token}` },
  });
  const { watch } = (await answer.json()) as { watch: string };
  const page = await open({}, new URL(watch).search);
  await page.getByRole('button', { name: /pulse/ }).click();
  await page.getByText('Done', { exact: true }).waitFor();
  expect(await handIn(page).isDisabled()).toBe(true);
  expect(await page.getByText('Links to share').isVisible()).toBe(false);
});

it('a room that nobody has opened is opened by looking at it', async () => {
  const page = await open({}, '?room=pond');
  await page.getByText('None yet. Hand one in below.').waitFor();
  // That there was no room yet is reported by the browser.
  expect(complaints.splice(0)).toEqual(expect.arrayContaining([expect.stringMatching(/404/)]));
});

it('a job that is handed in with a double click is handed in once', async () => {
  const page = await open();
  await giveToken(page);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') sent.push(request.url());
  });
  await editor(page).fill(sweep);
  await handIn(page).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await page.getByText('Handed in.').waitFor();
  expect(sent).toHaveLength(1);
});
