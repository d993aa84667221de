import { expect, it } from 'vitest';
import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import { measureTrust, TRIAL } from './trust/measure.js';
import { epochsUntilFound } from './trust/patience.js';
import { wilson } from './trust/wilson.js';

it('the trust bench flags nobody honest and finds what cheats everywhere', async () => {
  const figures = await measureTrust(TRIAL, async () => createWebgpuEngine(await dawnAdapter()));
  const figure = (wanted: string) => figures.find(({ name }) => name === wanted)?.value;
  expect(figure('honest_flagged')).toBe(0);
  expect(figure('honest_checks')).toBe(3 * TRIAL.honestEpochs * TRIAL.tiles);
  expect(figure('honest_worst')).toBeLessThan(0.5);
  for (const attack of ['a_skipped_step', 'half_precision', 'a_medium_off_by_0_1_', 'nan']) {
    expect(figure(`detected_${attack}`), attack).toBe(1);
  }
  expect(figure('worst_detection')).toBe(1);
});

it('a newcomer that cheats everywhere is found at once, one that waited takes about as many epochs as checks are apart', () => {
  expect(epochsUntilFound(1, 0, 20)).toBe(1);
  const patient = epochsUntilFound(1, 300, 200);
  expect(patient).toBeGreaterThan(10);
  expect(patient).toBeLessThan(60);
});

it('Wilson’s interval holds the share, and is not empty at its ends', () => {
  expect(wilson(5, 10)).toEqual({
    value: 0.5,
    low: expect.closeTo(0.2366, 3),
    high: expect.closeTo(0.7634, 3),
  });
  expect(wilson(20, 20)).toMatchObject({
    value: 1,
    low: expect.closeTo(0.8389, 3),
    high: expect.closeTo(1, 9),
  });
});
