import { beforeAll, describe, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';

/** Two components with trackers, off-centre, so that no symmetry hides a wrong halo. */
function job(overrides: Partial<JobFileInput> = {}): JobFileInput {
  return {
    name: 'shards',
    model: 'wave',
    components: ['L', 'T'],
    grid: { shape: [26, 22, 30], spacing: 1, brick: 6 },
    time: { steps: 50, courant: 0.55 },
    parameters: { speed: 1 },
    initial: {
      'psi.L': {
        formula: 'radial-wave',
        amplitude: 1,
        wavelength: 7,
        frequency: 0.1,
        centre: { z: 9, y: 12, x: 11 },
      },
      'psi.T': { formula: 'gaussian', amplitude: 3, sigma: 2.5, centre: { z: 15, y: 8, x: 19 } },
    },
    probes: { corner: { at: { z: 6, y: 6, x: 6 }, fields: ['psi.L', 'rms2.T'] } },
    outputs: {
      fields: { fields: ['psi.L', 'psi.T', 'rms2.L', 'freq.L'], every: 'end' },
      plane: { fields: ['psi.L'], every: 7, plane: { y: 9 } },
    },
    ...overrides,
  };
}

const FIELDS = ['psi.L', 'psi.T', 'rms2.L', 'freq.L'];

async function everything(fleet: Fleet, file: JobFileInput): Promise<Float32Array[]> {
  const result = await fleet.run(file);
  return Promise.all([
    ...FIELDS.map((state) => result.output('fields', state)),
    result.output('plane', 'psi.L'),
    result.probe('corner', 'psi.L'),
    result.probe('corner', 'rms2.T'),
  ]);
}

describe.each([
  ['fixed edges in 3-D', job()],
  ['periodic edges in 3-D', job({ boundary: { z: 'periodic', y: 'dirichlet', x: 'periodic' } })],
  [
    'a periodic plane',
    job({
      grid: { shape: [40, 44], spacing: 1, brick: 8 },
      boundary: 'periodic',
      initial: { 'psi.L': { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { y: 5, x: 39 } } },
      probes: { corner: { at: { y: 8, x: 8 }, fields: ['psi.L', 'rms2.T'] } },
      outputs: {
        fields: { fields: FIELDS, every: 'end' },
        plane: { fields: ['psi.L'], every: 7 },
      },
    }),
  ],
])('%s', (_, file) => {
  let truth: Float32Array[];

  beforeAll(async () => {
    const fleet = await Fleet.start();
    await fleet.join();
    truth = await everything(fleet, file);
    await fleet.close();
    expect(truth[0]?.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  });

  test.each([
    { shards: 2, exchangeEvery: 1, transport: 'werift' },
    { shards: 2, exchangeEvery: 4, transport: 'werift' },
    { shards: 3, exchangeEvery: 1, transport: 'werift' },
    { shards: 3, exchangeEvery: 4, transport: 'werift' },
    { shards: 3, exchangeEvery: 4, transport: 'datachannel' },
    { shards: 7, exchangeEvery: 1, transport: 'werift' },
    { shards: 7, exchangeEvery: 4, transport: 'werift' },
  ] as const)(
    '$shards shards, an exchange every $exchangeEvery steps, over $transport: the same bits as one shard',
    async ({ shards, exchangeEvery, transport }) => {
      const fleet = await Fleet.start();
      for (let i = 0; i < shards; i++) await fleet.join({ rate: 1e8 * (1 + (i % 3)), transport });
      const result = await everything(fleet, { ...file, run: { peers: shards, use: 'all', exchangeEvery } });
      const plans = fleet.events.filter(({ event }) => event === 'plan');
      await fleet.close();
      expect(plans.map(({ details }) => details.shards)).toEqual([shards]);
      expect(differingBits(result, truth)).toBe(0);
    },
  );
});
