import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../coordinator/stage.suite.js';
import type { ContributorStatus } from '../core/peer/contributor.js';
import type { RoomJob } from '../core/protocol/document.js';
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
    { peer: 'aaaa', path: 'direct', bytesSent: 1_500_000, bytesReceived: 2_500_000 },
    { peer: 'cccc', path: 'relay', bytesSent: 900, bytesReceived: 0 },
  ],
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
  document.setMember('aaaa', {
    name: 'Lab server',
    kind: 'node',
    ability: { engine: 'wasm', device: 'CPU', rate: 1, memory: 1 },
    state: 'computing',
  });
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
  /** Complaints that belong to the test. */
  readonly expected?: RegExp;
}

/** Everything the browser complains of, violations of the content security policy among it, is a fault. */
async function open(options: OpenOptions = {}): Promise<Page> {
  const { at = stage, search = '', gpu = true, expected, ...contextOptions } = options;
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
      ['Device', 'Path', 'Sent', 'Received'],
      ['Lab server', 'Direct', '1.5 MB', '2.5 MB'],
      ['cccc', 'Relay', '900 B', '0 B'],
    ]);
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

describe('for everyone', () => {
  it('can be used with the keyboard alone', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByLabel('Processor').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started === 1);
    await play(page, computing);
    await inState(page, 'computing');
    await page.keyboard.press('Enter');
    expect((await standIn(page)).asked).toEqual(['leave']);
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

/** CSS pixels by which the page is wider than its window. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
