import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openStage, type Stage } from '../../coordinator/stage.suite.js';
import type { ContributorStatus } from '../../core/peer/contributor.js';
import type { RoomJob, RosterEntry } from '../../core/protocol/document.js';
import type { Plan } from '../../core/protocol/plan.js';
import { launchBrowser } from '../../test/browser.js';
import type { StandIn } from './stand-in.suite.js';

export const PHONE = { viewport: { width: 360, height: 740 } };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

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

export const plan: Plan = {
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

export const computing: ContributorStatus = {
  kind: 'computing',
  self: 'bbbb',
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

export const labServer: RosterEntry = {
  name: 'Lab server',
  kind: 'node',
  ability: { engine: 'wasm', device: 'CPU', rate: 1, memory: 1 },
  state: 'computing',
};

/** The contribute page in a real browser, at a coordinator with a room in which a job seems to run; its contributor is played. */
export class PageStage {
  readonly #pages: string;
  readonly #browser: Browser;
  readonly stage: Stage;
  /** What the browsers complained of. */
  readonly faults: string[] = [];

  private constructor(pages: string, stage: Stage, browser: Browser) {
    this.#pages = pages;
    this.stage = stage;
    this.#browser = browser;
  }

  static async open(): Promise<PageStage> {
    const pages = await mkdtemp(join(tmpdir(), 'groundswell-pages-'));
    const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    await Promise.all([
      cp(here('../pages/'), pages, { recursive: true }),
      build({
        entryPoints: {
          contribute: here('./stand-in.suite.ts'),
          'engine-worker': here('../engine-worker.ts'),
          'service-worker': here('../pages/service-worker.ts'),
        },
        bundle: true,
        format: 'esm',
        platform: 'browser',
        loader: { '.wgsl': 'text' },
        outdir: pages,
        logLevel: 'silent',
      }),
    ]);
    const [stage, browser] = await Promise.all([openStage({ pages }), launchBrowser()]);
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
    return new PageStage(pages, stage, browser);
  }

  /** Another coordinator with the same pages, which its caller closes. */
  another(port?: number): Promise<Stage> {
    return openStage({ pages: this.#pages, ...(port !== undefined && { port }) });
  }

  newContext(options: BrowserContextOptions): Promise<BrowserContext> {
    return this.#browser.newContext(options);
  }

  /** Everything the browser complains of, violations of the content security policy among it, is a fault. */
  async visit(options: OpenOptions = {}): Promise<Page> {
    const { at = this.stage, search = '', gpu = true, prepare, expected, ...contextOptions } = options;
    const context = await this.newContext({ ...DESKTOP, ...contextOptions });
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
      if (message.type() === 'error' && !expected?.test(message.text())) this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(error.message));
    await page.goto(`${at.coordinator.url}/${search}`);
    return page;
  }

  async endVisits(): Promise<void> {
    for (const context of this.#browser.contexts()) await context.close();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.stage.close();
    await rm(this.#pages, { recursive: true, force: true });
  }
}

/** A page stage for the tests of a file, each of which fails where a browser complained. */
export function pageStage(): { readonly now: PageStage } {
  let opened: PageStage | undefined;
  beforeAll(async () => {
    opened = await PageStage.open();
  });
  afterAll(() => opened?.close());
  afterEach(async () => {
    await opened?.endVisits();
    expect(opened?.faults.splice(0)).toEqual([]);
  });
  return {
    get now() {
      if (!opened) throw new Error('there is no stage before the tests begin');
      return opened;
    },
  };
}

export interface OpenOptions extends BrowserContextOptions {
  readonly at?: Stage;
  readonly search?: string;
  /** False: a browser without WebGPU. */
  readonly gpu?: boolean;
  /** What else the browser is to be like, before any script of the page runs. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
  /** Complaints that belong to the test. */
  readonly expected?: RegExp;
}

export const state = (page: Page) => page.locator('main').getAttribute('data-state');

export const inState = (page: Page, name: string) => page.locator(`main[data-state=${name}]`).waitFor();

/** What can be seen, without its layout. */
export const wordsOf = async (place: Locator) =>
  (await place.allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');

export const play = (page: Page, status: ContributorStatus) =>
  page.evaluate((told) => (globalThis as unknown as { standIn: StandIn }).standIn.tell(told), status);

export const standIn = (page: Page) =>
  page.evaluate(() => {
    const { started, asked } = (globalThis as unknown as { standIn: StandIn }).standIn;
    return { started, asked };
  });

/** Agrees, and waits until the contributor has been started. */
export async function agree(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start computing' }).click();
  await page.waitForFunction(() => (globalThis as unknown as { standIn: StandIn }).standIn.started > 0);
}

/** Unfolds the terms of time. */
export const openWhen = (page: Page) => page.getByText('When it may compute').click();

/** The room has let the stand-in go. */
export const endStay = (page: Page) =>
  page.evaluate(() =>
    (globalThis as unknown as { standIn: StandIn }).standIn.end({
      kind: 'closed',
      reason: 'left on request',
    }),
  );
