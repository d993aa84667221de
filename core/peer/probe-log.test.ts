import { expect, test } from 'vitest';
import { boxOfShape } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import { MAX_CONTROL_BYTES } from '../protocol/limits.js';
import { ProbeLog } from './probe-log.js';

const probes = Array.from({ length: 100 }, (_, i) => [
  `p${i}`,
  { at: { z: 2 + (i % 28), y: 3, x: 5 }, fields: ['psi', 'rms2', 'freq'] },
]);
const job = checkJob({
  name: 'probes',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 32 },
  time: { steps: 100, courant: 0.5 },
  parameters: { speed: 1 },
  probes: Object.fromEntries(probes),
});

test('however much the probes of an epoch recorded, each part fits a control message, and none is lost', () => {
  const log = new ProbeLog(job, boxOfShape(job.grid.shape));
  const steps = 64;
  const samples = Float32Array.from({ length: steps * log.points.length }, () => -1.1754943508222875e-38);
  log.add(11, samples);
  const parts = log.take(10 + steps);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(MAX_CONTROL_BYTES * 0.9);
  const firsts = parts.map((part) => part[0]?.first);
  expect(firsts[0]).toBe(11);
  let next = 11;
  for (const part of parts) {
    expect(part.map(({ first }) => first)).toEqual(part.map(() => next));
    next += part[0]?.values.length ?? 0;
  }
  expect(next).toBe(11 + steps);
  expect(log.take(10 + steps)).toEqual([]);
});

test('what the engine has made beyond an epoch is told with the next one, a divergence too', () => {
  const log = new ProbeLog(job, boxOfShape(job.grid.shape));
  const step = (value: number) => new Float32Array(log.points.length).fill(value);
  log.add(1, step(1));
  log.add(2, step(2));
  log.add(3, step(Number.NaN));
  expect(log.divergenceUntil(2)).toBeUndefined();
  expect(log.take(2).map(([probe]) => [probe?.first, probe?.values.length])).toEqual([[1, 2]]);
  expect(log.divergenceUntil(3)?.message).toContain('3');
  expect(log.take(3).map(([probe]) => [probe?.first, probe?.values.length])).toEqual([[3, 1]]);
});
