import { expect, it } from 'vitest';
import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import { measureAudits, TRIAL_AUDITS } from './trust/audits.js';
import { patienceWith } from './trust/patience.js';
import { measureRuns, TRIAL } from './trust/runs.js';
import { tableOfAudits, tableOfRuns } from './trust/tables.js';
import { wilson } from './trust/wilson.js';

const openGpu = async () => createWebgpuEngine(await dawnAdapter());

it('runs flag nobody honest, of three classes, and find all that changes a brick', async () => {
  const measured = await measureRuns(TRIAL, openGpu);
  const figure = (wanted: string) => measured.figures.find(({ name }) => name === wanted)?.value;
  expect(figure('honest_flagged')).toBe(0);
  expect(figure('honest_blamed')).toBe(0);
  expect(figure('unlike_flagged')).toBe(0);
  expect(figure('unlike_worst')).toBeLessThan(0.5);
  expect(figure('honest_checks')).toBeGreaterThanOrEqual(TRIAL.honestChecks);
  expect(figure('worst_detection')).toBe(1);
  expect(measured.same.filter(({ tried, found }) => found < tried)).toEqual([]);
  expect(measured.traitors).toMatchObject({ peers: 1, found: 1 });
  expect(measured.sybils).toEqual({ peers: 50, found: 50, spans: 1 });
  const [head, ...rows] = tableOfRuns(measured, TRIAL.peers).split('\n');
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head?.length]));
});

it('audits by reciprocity flag nobody honest and find what cheats everywhere', async () => {
  const { figures, trials } = await measureAudits(TRIAL_AUDITS, openGpu);
  const figure = (wanted: string) => figures.find(({ name }) => name === wanted)?.value;
  expect(figure('reciprocity_honest_flagged')).toBe(0);
  expect(figure('reciprocity_honest_worst')).toBeLessThan(0.5);
  expect(figure('reciprocity_worst_detection')).toBe(1);
  for (const attack of ['a skipped step', 'half precision', 'a medium off by 0.1%', 'NaN']) {
    expect(trials.find(({ name }) => name === attack)).toMatchObject({
      tried: expect.any(Number),
      foundAnywhere: trials.find(({ name }) => name === attack)?.tried,
    });
  }
  expect(tableOfAudits({ figures, trials }).split('\n')).toHaveLength(trials.length + 2);
});

it('a newcomer that cheats everywhere is found at once, one that is trusted after as many spans as checks are apart', () => {
  expect(patienceWith(1, 0, 20)).toEqual({ untilFound: 1, lost: 1 });
  const { untilFound } = patienceWith(1, 50, 1000);
  expect(untilFound).toBeGreaterThan(40);
  expect(untilFound).toBeLessThan(60);
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
