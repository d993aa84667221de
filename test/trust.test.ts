import { afterEach, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import {
  type Attack,
  falseBricks,
  falseChunks,
  skippedStep,
  wrongMedium,
} from '../core/trust/attacks.suite.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { launchBrowser } from './browser.js';
import { Fleet, type Result } from './fleet.js';
import { layered, madeAlone } from './layered.js';
import { lyingStorer } from './lying-storer.js';
import { lyingTab } from './lying-tab.js';

const job: JobFileInput = {
  name: 'trust',
  ...layered,
  time: { steps: 400, dt: 0.1 },
  probes: { off: { at: { z: 18, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: {
    plane: { fields: ['psi'], every: 100, plane: { z: 12 } },
    often: { fields: ['psi'], every: 20 },
    end: { fields: ['psi'] },
  },
  run: { peers: 3, use: 'all', checkpointSeconds: 0.3 },
};

let fleet: Fleet;
afterEach(() => fleet.close());

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([
    result.output('end', 'psi'),
    result.output('often', 'psi'),
    result.output('plane', 'psi'),
    result.probe('off', 'psi'),
  ]);

let truth: Float32Array[];
beforeAll(async () => {
  truth = await madeAlone(job, everything);
});

const of = (event: string) => fleet.events.filter((logged) => logged.event === event);

test('honest peers are checked, and none is found out', async () => {
  fleet = await Fleet.start({ trust: true });
  await Promise.all([fleet.join(), fleet.join(), fleet.join()]);
  const result = await fleet.run(job);
  expect(differingBits(await everything(result), truth)).toBe(0);
  expect(of('checked').length).toBeGreaterThanOrEqual(3);
  expect(new Set(of('checked').map(({ details }) => details.verdict))).toEqual(new Set(['holds']));
  expect([...of('back'), ...of('found-out')]).toEqual([]);
});

test.each<Attack>([skippedStep, wrongMedium, falseChunks(6), falseBricks(6)])(
  'a peer that cheats ($name) is found, named and shut out; the field is as if it had not been there',
  async (attack) => {
    fleet = await Fleet.start({ trust: true });
    const liar = await fleet.join({ name: 'liar', engine: attack.on(await createWasmEngine()) });
    await Promise.all([fleet.join(), fleet.join()]);
    const result = await fleet.run(job);
    expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
    expect((await liar.contributor.finished).kind).toBe('refused');
    expect(differingBits(await everything(result), truth)).toBe(0);
  },
);

test('a peer that computes and signs truly, and stores something else, is found out by what is read back', async () => {
  fleet = await Fleet.start({ trust: true });
  const liar = await fleet.join({ name: 'liar', ...(await lyingStorer('often', 6 ** 3)) });
  await Promise.all([fleet.join(), fleet.join()]);
  const result = await fleet.run(job);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect(of('read-back').filter(({ details }) => details.verdict === 'misstored')).toHaveLength(1);
  expect((await liar.contributor.finished).kind).toBe('refused');
  expect(differingBits(await everything(result), truth)).toBe(0);
});

test('a tab that cheats is found, named and shut out; the field is as if it had not been there', async () => {
  fleet = await Fleet.start({ trust: true, pages: 'dist/pages' });
  const browser = await launchBrowser();
  try {
    const page = await lyingTab(browser, fleet.url);
    await Promise.all([fleet.join(), fleet.join()]);
    const result = await fleet.run(job);
    const [found, ...others] = of('found-out').map(({ details }) => String(details.name));
    expect(found).toMatch(/chrom/i);
    expect(others).toEqual([]);
    await page.locator('main[data-state=left]').waitFor();
    expect(differingBits(await everything(result), truth)).toBe(0);
  } finally {
    await browser.close();
  }
});
