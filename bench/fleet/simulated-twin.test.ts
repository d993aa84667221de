import { expect, test } from 'vitest';
import type { JobFileInput } from '../../core/job/schema.js';
import type { Plan } from '../../core/protocol/plan.js';
import { simulatedStepSeconds } from './simulated-twin.js';

const file: JobFileInput = {
  name: 'twin',
  model: 'wave',
  grid: { shape: [64, 256, 256], spacing: 1, brick: 64 },
  time: { steps: 1000, courant: 0.5 },
  parameters: { speed: 1 },
  boundary: 'periodic',
};
const places = Array.from({ length: 16 }, (_, i) => [Math.floor(i / 4), i % 4] as const);
const planOf = (exchangeEvery: number): Plan => ({
  id: 1,
  job: 'twin-1',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery,
  epoch: exchangeEvery,
  shards: places.map(([y, x]) => ({
    peer: `${y} ${x}`,
    box: { lo: [0, 64 * y, 64 * x], hi: [64, 64 * y + 64, 64 * x + 64] },
  })),
});

/** What `npm run bench -- fleet` measured of sixteen devices, all four times as slow: 0.35 s a step, 5 Mbit/s up. */
const MEASURED = [
  { exchangeEvery: 1, roundTrip: 0.2, haloBytesPerStep: 446_000, stepSeconds: 0.369 },
  { exchangeEvery: 1, roundTrip: 0.004, haloBytesPerStep: 384_000, stepSeconds: 0.363 },
];

test('a simulated run goes at the pace that sixteen real peers went at, within a tenth', () => {
  for (const { exchangeEvery, roundTrip, haloBytesPerStep, stepSeconds } of MEASURED) {
    const simulated = simulatedStepSeconds({
      file,
      device: { pace: 64 ** 3 / 0.34953, way: { roundTrip, rate: 625_000 } },
      devicesOfThread: 8,
      plan: planOf(exchangeEvery),
      haloBytesPerStep,
    });
    expect(simulated / stepSeconds).toBeGreaterThan(0.9);
    expect(simulated / stepSeconds).toBeLessThan(1.1);
  }
});
