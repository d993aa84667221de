import { afterEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { checkSweep, memberOf } from '../core/job/sweep.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';

/** Two axes of four and six: 24 small members, some of them periodic, with a probe and two outputs. */
const sweep = {
  name: 'pond',
  model: 'wave',
  grid: { shape: [20, 24], spacing: 0.5 },
  time: { steps: 60 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  probes: { ear: { at: { y: 5, x: 7 }, fields: ['psi'] } },
  outputs: { film: { fields: ['psi'], every: 20 }, end: { fields: ['psi', 'rms2'] } },
  sweep: {
    speed: { field: 'parameters.speed', from: 1, to: 2, count: 6 },
    edge: { field: 'boundary', values: ['dirichlet', 'periodic', 'neumann', { y: 'periodic', x: 'dirichlet' }] },
  },
} as const;

let fleet: Fleet;
afterEach(() => fleet.close());

test('each member of a sweep is what it is as a job of its own, bit for bit, in one array', async () => {
  fleet = await Fleet.start();
  await fleet.join();
  await fleet.join({ rate: 4e8 });
  const all = await fleet.run(sweep as unknown as JobFileInput);
  const axes = checkSweep(sweep);
  for (const index of [0, 5, 10, 23]) {
    const alone = await fleet.run(memberOf(axes, sweep, index).file as JobFileInput);
    for (const [output, state] of [['film', 'psi'], ['end', 'psi'], ['end', 'rms2']] as const) {
      const slab = part(await all.output(output, state), axes.count, index);
      expect(differingBits(slab, await alone.output(output, state))).toBe(0);
    }
    const series = part(await all.probe('ear', 'psi'), axes.count, index);
    expect(differingBits(series, await alone.probe('ear', 'psi'))).toBe(0);
  }
});

/** The values of one of `count` members of equal size. */
function part(values: Float32Array, count: number, index: number): Float32Array {
  const length = values.length / count;
  return values.slice(index * length, (index + 1) * length);
}
