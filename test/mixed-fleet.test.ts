import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { contributeFrom, launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
import { PeerProcess } from './processes.js';

const PAGES = 'dist/pages';

/** Between numerical classes: fused products alone differ by 1.3e-6 in relative L2 after 100 steps. */
const TOLERANCE = 1e-5;

const job: JobFileInput = {
  name: 'mixed',
  title: 'A mixed fleet',
  model: 'wave',
  components: ['L', 'T'],
  grid: { shape: [40, 44, 48], spacing: 1, brick: 8 },
  time: { steps: 100, courant: 0.55 },
  parameters: { speed: 1 },
  initial: {
    'psi.L': { formula: 'radial-wave', amplitude: 1, wavelength: 12, frequency: 0.08 },
    'psi.T': { formula: 'gaussian', amplitude: 2, sigma: 4, centre: { z: 12, y: 20, x: 30 } },
  },
  outputs: {
    end: { fields: ['psi.L', 'psi.T', 'rms2.L'] },
    plane: { fields: ['psi.T'], every: 20, plane: { z: 20 } },
  },
};

let browser: Browser;
let fleet: Fleet;
const processes: PeerProcess[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  fleet = await Fleet.start({ pages: PAGES });
});

afterAll(async () => {
  await browser.close();
  await Promise.all(processes.map((peer) => peer.stop()));
  await fleet.close();
});

test('two Node peers, a WebGPU tab and a WASM tab compute one job, and agree with one peer alone', async () => {
  const alone = await Fleet.start();
  await alone.join();
  const truth = await alone.run(job);

  processes.push(new PeerProcess(fleet.url, 'node 1'), new PeerProcess(fleet.url, 'node 2'));
  const tabs = [
    await contributeFrom(browser, fleet.url, 'webgpu'),
    await contributeFrom(browser, fleet.url, 'wasm'),
  ];
  const id = await fleet.submit({ ...job, run: { peers: 4, use: 'all' } });
  const pathsSeen = await Promise.all(tabs.map(pathsOf));
  const { progress } = await fleet.done(id);
  const result = fleet.result(id);

  expect(fleet.troubles).toEqual([]);
  const shards = fleet.events.flatMap(({ event, details }) => (event === 'plan' ? [details.shards] : []));
  expect(new Set(shards)).toEqual(new Set([4]));
  for (const [output, state] of [
    ['end', 'psi.L'],
    ['end', 'psi.T'],
    ['end', 'rms2.L'],
    ['plane', 'psi.T'],
  ] as const) {
    const difference = relativeL2(await result.output(output, state), await truth.output(output, state));
    expect(difference, `${output} ${state}`).toBeLessThan(TOLERANCE);
  }

  // Every halo byte went over a data channel between two peers.
  expect(progress?.haloBytesDirect).toBeGreaterThan(1e6);
  expect(progress?.haloBytesRelayed).toBe(0);
  for (const paths of pathsSeen) expect(new Set(paths)).toEqual(new Set(['Direct']));
  await alone.close();
});

/** The paths of a contributing page's links, as it shows them, once it computes. */
async function pathsOf(page: Page): Promise<readonly string[]> {
  const rows = page.locator('#link-rows tr');
  await rows.first().waitFor();
  return rows.locator('td:nth-child(2)').allTextContents();
}

function relativeL2(values: Float32Array, truth: Float32Array): number {
  expect(values.length).toBe(truth.length);
  const differences = truth.reduce((sum, value, i) => sum + ((values[i] ?? Number.NaN) - value) ** 2, 0);
  return Math.sqrt(differences / truth.reduce((sum, value) => sum + value ** 2, 0));
}
