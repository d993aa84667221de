import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { build } from 'esbuild';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../coordinator/stage.suite.js';
import type { ContributorStatus } from '../core/peer/contributor.js';
import type { RoomJob, RosterEntry } from '../core/protocol/document.js';
import type { Plan } from '../core/protocol/plan.js';
import { advanceLargeShard } from '../shaders/large-shard.suite.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { launchBrowser } from '../test/browser.js';
import type { StandIn } from './contribute/stand-in.suite.js';

const PHONE = { viewport: { width: 360, height: 740 } };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

const roomJob: RoomJob = {
  id: 'ripples-1',
  file: {
    name: 'ripples',
    title: 'Ripples in a box',
    model: 'wave',
    grid: { shape: [64, 96, 128], spacing: 1 },
    time: { steps: 2000 },
  },
  state: 'running',
};

const plan: Plan = {
  id: 1,
  job: roomJob.id,
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 4,
  epoch: 16,
  shards: [
    { peer: 'aaaa', box: { lo: [0, 0, 0], hi: [64, 96, 48] } },
    { peer: 'bbbb', box: { lo: [0, 0, 48], hi: [32, 96, 128] } },
    { peer: 'cccc', box: { lo: [32, 0, 48], hi: [64, 96, 128] } },
  ],
};

/** As much of a job as the page reads. */
const job = {
  name: 'ripples',
  steps: 2000,
  components: ['psi'],
  grid: { shape: [64, 96, 128], dimensions: 3, brick: [16, 16, 16], periodic: [false, false, false] },
} as unknown as Extract<ContributorStatus, { kind: 'computing' }>['job'];

const computing: ContributorStatus = {
  kind: 'computing',
  job,
  plan,
  shard: 1,
  step: 500,
  rate: 12_345_678,
  links: [
    { peer: 'aaaa', path: 'direct', roundTrip: 0.0123, bytesSent: 1_500_000, bytesReceived: 2_500_000 },
    { peer: 'cccc', path: 'relay', bytesSent: 900, bytesReceived: 0 },
  ],
};

const labServer: RosterEntry = {
  name: 'Lab server',
  kind: 'node',
  ability: { engine: 'wasm', device: 'CPU', rate: 1, memory: 1 },
  state: 'computing',
};

let pages: string;
let stage: Stage;
let browser: Browser;
const faults: string[] = [];

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'groundswell-pages-'));
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  await Promise.all([
    cp(here('./pages/'), pages, { recursive: true }),
    build({
      entryPoints: {
        contribute: here('./contribute/stand-in.suite.ts'),
        'engine-worker': here('./engine-worker.ts'),
        'service-worker': here('./pages/service-worker.ts'),
      },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      loader: { '.wgsl': 'text' },
      outdir: pages,
      logLevel: 'silent',
    }),
  ]);
  [stage, browser] = await Promise.all([openStage({ pages }), launchBrowser()]);
  const { document } = stage.conductor();
  document.setJob(roomJob);
  document.setPlan(plan);
  document.setProgress({
    step: 480,
    steps: 2000,
    rate: 45_000_000,
    secondsLeft: 200,
    peers: 3,
    checkpoint: 0,
    haloBytesDirect: 1,
    haloBytesRelayed: 0,
  });
  document.setMember('aaaa', labServer);
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
  await rm(pages, { recursive: true, force: true });
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(faults.splice(0)).toEqual([]);
});

interface OpenOptions extends BrowserContextOptions {
  readonly at?: Stage;
  readonly search?: string;
  /** False: a browser without WebGPU. */
  readonly gpu?: boolean;
  /** What else the browser is to be like, before any script of the page runs. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
  /** Complaints that belong to the test. */
  readonly expected?: RegExp;
}

/** Everything the browser complains of, violations of the content security policy among it, is a fault. */
async function open(options: OpenOptions = {}): Promise<Page> {
  const { at = stage, search = '', gpu = true, prepare, expected, ...contextOptions } = options;
  const context = await browser.newContext({ ...DESKTOP, ...contextOptions });
  if (!gpu) {
    await context.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined }),
    );
  }
  await context.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) =>
      console.error(event.violatedDirective, event.sourceFile),
    ),
  );
  await prepare?.(context);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected?.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${at.coordinator.url}/${search}`);
  return page;
}

const state = (page: Page) => page.locator('main').getAttribute('data-state');

const inState = (page: Page, name: string) => page.locator(`main[data-state=${name}]`).waitFor();

/** What can be seen, without its layout. */
const wordsOf = async (place: Locator) => (await place.allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');

const play = (page: Page, status: ContributorStatus) =>
  page.evaluate((told) => (globalThis as unknown as { standIn: StandIn }).standIn.tell(told), status);

const standIn = (page: Page) =>
  page.evaluate(() => {
    const { started, asked } = (globalThis as unknown as { standIn: StandIn }).standIn;
    return { started, asked };
  });

/** Agrees, and waits until the contributor has been started. */
async function agree(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start computing' }).click();
  await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started > 0);
}

describe('before consent', () => {
  it('tells what is computed, for whom and at what cost', async () => {
    const page = await open();
    await page.getByText('Ripples in a box').waitFor();
    const words = await wordsOf(page.locator('main'));
    expect(words).toContain('128 × 96 × 64 cells, 2,000 steps');
    expect(words).toContain('“main”');
    for (const cost of ['Processor or GPU', 'Memory', 'Network', 'network address'])
      expect(words).toContain(cost);
  });

  it('starts no engine and asks for no adapter, whatever the address says', async () => {
    const context = await browser.newContext(DESKTOP);
    await context.addInitScript(() => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      GPU.prototype.requestAdapter = async () => {
        asked.push('adapter');
        return null;
      };
    });
    const page = await context.newPage();
    await page.goto(`${stage.coordinator.url}/?start=1&agree=1&engine=webgpu`);
    await page.getByText('Ripples in a box').waitFor();
    expect(await state(page)).toBe('asking');
    expect(page.workers()).toEqual([]);
    expect((await standIn(page)).started).toBe(0);
    expect(await page.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)).toEqual([]);
  });

  it('says what is missing where there is no WebGPU, and offers the processor', async () => {
    const page = await open({ gpu: false });
    await page.getByText('This browser has no WebGPU, or it is switched off.').waitFor();
    expect(await page.getByLabel('GPU', { exact: true }).isDisabled()).toBe(true);
    expect(await page.getByLabel('Automatic').isChecked()).toBe(true);
  });

  it('says so where it is not isolated from other pages, and computes on one thread', async () => {
    const page = await open({
      // A page that a test hands out counts as one from elsewhere, which may not ask this machine.
      expected: /ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS/,
      prepare: (context) =>
        context.route('**/*', async (route) => {
          const response = await route.fetch();
          const { 'cross-origin-embedder-policy': _, ...headers } = response.headers();
          // A page that closes meanwhile needs it no more.
          await route.fulfill({ response, headers }).catch(() => {});
        }),
    });
    await page.getByText('This page is not isolated from others').waitFor();
    const { device } = await page.evaluate(() =>
      (globalThis as unknown as { standIn: StandIn }).standIn.tryProcessor(),
    );
    expect(device).toBe('CPU, WebAssembly SIMD');
  });

  it('says so where there is no WebRTC', async () => {
    const page = await open({
      prepare: (context) =>
        context.addInitScript(() => {
          delete (globalThis as { RTCPeerConnection?: unknown }).RTCPeerConnection;
        }),
    });
    await page.getByText('This browser has no WebRTC').waitFor();
  });

  it('says why a room does not let it in', async () => {
    // The browser itself reports each refused WebSocket and status.
    const page = await open({ search: '?invite=wrong', expected: /\b403\b/ });
    await page.getByText('this invitation is not for room main').waitFor();
  });
});

it('finds the room again by itself when its coordinator has been away', async () => {
  const before = await openStage({ pages });
  const port = Number(new URL(before.coordinator.url).port);
  const page = await open({ at: before, expected: /WebSocket connection|ERR_CONNECTION_REFUSED/ });
  await page.getByText('Connected', { exact: true }).waitFor();
  await before.close();
  await page.getByText('Reconnecting…').waitFor();
  const after = await openStage({ pages, port });
  try {
    await page.getByText('Connected', { exact: true }).waitFor();
  } finally {
    await page.close();
    await after.close();
  }
});

describe('once agreed', () => {
  it('computes on the processor where there is no real GPU, and says why', async () => {
    const page = await open();
    await agree(page);
    await play(page, computing);
    await inState(page, 'computing');
    expect(await page.locator('main').getAttribute('data-engine')).toBe('wasm');
    await page.getByText(/offers no real GPU/).waitFor();
  });

  it('computes with all threads of the processor, and the same bits as one of them', async () => {
    const page = await open();
    const { device, digest } = await page.evaluate(() =>
      (globalThis as unknown as { standIn: StandIn }).standIn.tryProcessor(),
    );
    const threads = await page.evaluate(() => navigator.hardwareConcurrency);
    expect(device).toBe(`CPU, WebAssembly SIMD${threads > 1 ? `, ${threads} threads` : ''}`);
    const cells = await advanceLargeShard(await createWasmEngine());
    expect(digest).toEqual([...createHash('sha256').update(new Uint8Array(cells.buffer)).digest()]);
  });

  it('takes an emulated GPU where the visitor insists', async () => {
    const page = await open({ search: '?engine=webgpu' });
    await agree(page);
    expect(await page.locator('main').getAttribute('data-engine')).toBe('webgpu');
  });

  it('shows the own shard, the step, the rates, the time left and the neighbours', async () => {
    const page = await open();
    await agree(page);
    await play(page, computing);
    await inState(page, 'computing');
    expect(await page.locator('main').getAttribute('data-step')).toBe('500');
    const words = await wordsOf(page.locator('main'));
    expect(words).toContain('Step 500 of 2,000');
    expect(words).toContain('12.3 million cell updates a second');
    expect(words).toContain('45 million cell updates a second');
    expect(words).toContain('3 min 20 s');
    expect(words).toContain(
      'Piece 2 of 3, 31% of the space: 80 × 96 × 32 cells, at x 48 to 127, y 0 to 95, z 0 to 31.',
    );
    const rows = await page.getByRole('row').allInnerTexts();
    expect(rows.map((row) => row.split(/\s*\t\s*/))).toEqual([
      ['Device', 'Path', 'Round trip', 'Now', 'Sent', 'Received'],
      ['Lab server', 'Direct', '12 ms', expect.stringMatching(/B\/s$/), '1.5 MB', '2.5 MB'],
      ['cccc', 'Relay', '–', expect.stringMatching(/B\/s$/), '900 B', '0 B'],
    ]);
  });

  it('names the members of a sweep that it computes, and counts them', async () => {
    const page = await open();
    await agree(page);
    const running = ['speed = 2, depth = 3', 'speed = 2, depth = 4', 'speed = 3, depth = 3'];
    await play(page, {
      kind: 'members',
      sweep: 'pond',
      running,
      done: 1,
      updates: 5_000_000,
      rate: 2_000_000,
    });
    await inState(page, 'members');
    const words = await wordsOf(page.locator('#work'));
    expect(words).toContain(
      'Now on this device: speed = 2, depth = 3; speed = 2, depth = 4; and 1 more. Done here: 1.',
    );
    expect(await page.locator('#updates').textContent()).toBe('5 million');
  });

  it('says so when the connection is lost, and goes on when it is back', async () => {
    const page = await open();
    await agree(page);
    await play(page, computing);
    await play(page, { kind: 'connecting', attempt: 2, reason: 'the coordinator closed the connection' });
    await inState(page, 'connecting');
    expect(await wordsOf(page.getByRole('status'))).toContain('Connection lost, reconnecting');
    await play(page, computing);
    await inState(page, 'computing');
  });

  it('hands over before it says that it has stopped, and can start again', async () => {
    const page = await open();
    await agree(page);
    await play(page, computing);
    await page.getByRole('button', { name: 'Stop' }).click();
    await inState(page, 'leaving');
    await play(page, computing);
    expect((await standIn(page)).asked).toEqual(['leave']);
    expect(await state(page)).toBe('leaving');
    await page.evaluate(() =>
      (globalThis as unknown as { standIn: StandIn }).standIn.end({
        kind: 'closed',
        reason: 'left on request',
      }),
    );
    await inState(page, 'left');
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started === 2);
  });
});

describe('on the visitor’s terms', () => {
  it('remembers them', async () => {
    const page = await open();
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
    const page = await open();
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
    const page = await open({ prepare: batteryPowered });
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
    const page = await open({
      prepare: (context) =>
        context.addInitScript(() => Object.assign(Navigator.prototype, { getBattery: undefined })),
    });
    await openWhen(page);
    await page.getByText('does not tell on what power the device runs').waitFor();
    expect(await page.getByLabel('Only on mains power').isDisabled()).toBe(true);
  });

  it('counts the cell updates it has given, over all visits, and those that were verified', async () => {
    const page = await open();
    await agree(page);
    await play(page, computing);
    await play(page, { ...computing, step: 600 });
    const given = page.locator('#updates');
    // 100 steps of 80 × 96 × 32 cells of one component.
    await expect.poll(() => given.textContent()).toBe('24.6 million');
    expect(await page.locator('#credit').isVisible()).toBe(false);
    const { document } = stage.conductor();
    document.setMember('bbbb', { ...labServer, name: 'A tab', credit: 12_000_000 });
    await expect.poll(() => page.locator('#credit').textContent()).toBe('12 million');
    document.setMember('bbbb', undefined);
    await play(page, { kind: 'waiting', reason: 'there is no work at the moment' });
    await inState(page, 'waiting');
    expect(await page.locator('#credit').textContent()).toBe('12 million');
    await page.reload();
    await agree(page);
    await play(page, computing);
    await expect.poll(() => given.textContent()).toBe('24.6 million');
  });
});

describe('as an app', () => {
  it('can be installed, and opens without a network, and says so', async () => {
    const own = await openStage({ pages });
    const page = await open({ at: own, expected: /ERR_|WebSocket connection/ });
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
    const page = await open({
      search: `?room=main&invite=${new URL(stage.coordinator.invitation).searchParams.get('invite')}`,
    });
    await page.getByText('Ripples in a box').waitFor();
    await expect.poll(() => keptAddresses(page)).toContainEqual(expect.stringMatching(/\/contribute\.js$/));
    expect((await keptAddresses(page)).filter((url) => /api|ws|invite|room=/.test(url))).toEqual([]);
  });

  it('says when the browser has held it still', async () => {
    const page = await open();
    await agree(page);
    await play(page, computing);
    for (const event of ['freeze', 'resume'])
      await page.evaluate((name) => document.dispatchEvent(new Event(name)), event);
    await page.getByText('held this tab still').waitFor();
    expect(await state(page)).toBe('computing');
  });
});

describe('for everyone', () => {
  it('can be used with the keyboard alone', async () => {
    const page = await open();
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

  it.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
  ])('has no serious fault of accessibility on %s, in light and dark', async (_, size) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ ...size, colorScheme, gpu: false });
      await page.getByText('Ripples in a box').waitFor();
      await openWhen(page);
      await page.getByLabel('Only at certain hours').check();
      expect(await faultsOf(page), `asking, ${colorScheme}`).toEqual([]);
      await agree(page);
      await play(page, computing);
      await inState(page, 'computing');
      expect(await faultsOf(page), `computing, ${colorScheme}`).toEqual([]);
    }
  });

  it.each(['light', 'dark'] as const)('fits a phone, in %s colours', async (colorScheme) => {
    const page = await open({ ...PHONE, colorScheme });
    await page.getByText('Ripples in a box').waitFor();
    expect(await overflow(page)).toBe(0);
    await agree(page);
    await play(page, computing);
    await inState(page, 'computing');
    expect(await overflow(page)).toBe(0);
  });
});

/** Unfolds the terms of time. */
const openWhen = (page: Page) => page.getByText('When it may compute').click();

/** The room has let the stand-in go. */
const endStay = (page: Page) =>
  page.evaluate(() =>
    (globalThis as unknown as { standIn: StandIn }).standIn.end({
      kind: 'closed',
      reason: 'left on request',
    }),
  );

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

/** The addresses of all that the page's service worker keeps. */
const keptAddresses = (page: Page) =>
  page.evaluate(async () => {
    const kept = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return kept.flat().map(({ url }) => url);
  });

/** Presses a key until the element with this id has the focus. */
async function tabTo(page: Page, id: string, key = 'Tab'): Promise<void> {
  const focused = () => page.evaluate(() => document.activeElement?.id);
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press(key);
    if ((await focused()) === id) return;
  }
  throw new Error(`${key} never comes to #${id}`);
}

/** What axe finds that is serious or worse, one line each. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  // Not as a script of the page: its policy forbids that.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** CSS pixels by which the page is wider than its window. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
