import { expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { openTransports } from '../peer-node/transports.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';
import { slowed } from './slow-transport.js';

/** Bytes a second of each link: a quarter of the state, 0.66 MB, is on its way for longer than a run keeps quiet about. */
const SLOW = 8e4;

const job: JobFileInput = {
  name: 'handover',
  model: 'wave',
  grid: { shape: [32, 64, 64], spacing: 1, brick: 8 },
  time: { steps: 56, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 6, centre: { z: 14, y: 30, x: 20 } } },
  outputs: { end: { fields: ['psi', 'freq'] } },
  run: { use: 'all', exchangeEvery: 4 },
};

const state = async (fleet: Fleet, id: string) => [
  await fleet.result(id).output('end', 'psi'),
  await fleet.result(id).output('end', 'freq'),
];

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('shards that change hands over slow links are waited for, who waits for whose cells is told, and every bit is as with one', async () => {
  const alone = await Fleet.start();
  const fleet = await Fleet.start();
  try {
    await alone.join();
    const truth = await alone.submit(job);
    await alone.done(truth);

    const join = async (name: string) =>
      fleet.join({ name, transport: slowed(await openTransports('datachannel'), SLOW) });
    await join('one');
    await join('two');
    const id = await fleet.submit({ ...job, run: { ...job.run, peers: 2 } });
    await until(() => (fleet.status(id).progress?.step ?? 0) > 0);
    const before = fleet.status(id).plan?.shards.map(({ peer }) => peer) ?? [];
    await join('three');
    await join('four');
    await fleet.done(id);

    const waits = fleet.events.filter(({ event }) => event === 'plan-waits');
    const told = waits.flatMap(
      ({ details }) => details.for as { peer: string; from: string; megabytes: number }[],
    );
    expect(told.length).toBeGreaterThan(0);
    for (const { peer, from, megabytes } of told) {
      expect(before).toContain(from);
      expect(peer).not.toBe(from);
      expect(megabytes).toBeGreaterThan(0.1);
    }
    expect(fleet.troubles).toEqual([]);
    expect(differingBits(await state(fleet, id), await state(alone, truth))).toBe(0);
  } finally {
    await fleet.close();
    await alone.close();
  }
});
