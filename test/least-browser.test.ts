import { chromium } from 'playwright';
import { afterEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { BROWSER } from './browser.js';
import { Fleet } from './fleet.js';

const PAGES = 'dist/pages';

/** A name that is no browser's own machine, so that plain http is what it is elsewhere. */
const ELSEWHERE = 'waves.test';

const job: JobFileInput = {
  name: 'least-browser',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 400, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  outputs: { end: { fields: ['psi'] } },
};

const fleets: Fleet[] = [];
afterEach(() => Promise.all(fleets.splice(0).map((fleet) => fleet.close())));

async function openFleet(): Promise<Fleet> {
  const fleet = await Fleet.start({ pages: PAGES });
  fleets.push(fleet);
  return fleet;
}

test('a tab without https, WebGPU, shared memory and WebRTC says what it lacks, and computes along to the bit', async () => {
  const alone = await openFleet();
  await alone.join();
  const truth = await (await alone.run(job)).output('end', 'psi');

  const fleet = await openFleet();
  await fleet.join({ name: 'Lab server' });
  const browser = await chromium.launch({
    ...BROWSER,
    args: [`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`],
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      delete (globalThis as { RTCPeerConnection?: unknown }).RTCPeerConnection;
    });
    const { search } = fleet.invitation;
    await page.goto(`http://${ELSEWHERE}:${new URL(fleet.url).port}/${search}`);
    await page.getByText('Browsers give the GPU only to pages opened over https').waitFor();
    await page.getByText('one thread of the processor computes').waitFor();
    await page.getByText('This browser has no WebRTC').waitFor();
    await page.getByRole('button', { name: 'Start computing' }).click();
    await page.locator('main[data-state=waiting]').waitFor();

    const id = await fleet.submit({ ...job, run: { peers: 2, use: 'all' } });
    await page.getByRole('cell', { name: 'Relay' }).waitFor();
    expect(await page.locator('#device').textContent()).toBe('CPU, WebAssembly SIMD');
    await fleet.done(id);
    expect(differingBits([await fleet.result(id).output('end', 'psi')], [truth])).toBe(0);
  } finally {
    await browser.close();
  }
});
