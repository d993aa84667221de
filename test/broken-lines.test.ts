import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { connectSocket } from '../peer-node/socket.js';
import { openTransports } from '../peer-node/transports.js';
import { differingBits } from './bits.js';
import { BreakableTransports, BreakableWay, noTransports } from './broken-lines.js';
import { Fleet, type Result } from './fleet.js';

const job: JobFileInput = {
  name: 'broken-lines',
  model: 'wave',
  grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
  time: { steps: 2000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
  probes: { off: { at: { z: 18, y: 9, x: 9 }, fields: ['psi', 'rms2'] } },
  outputs: { plane: { fields: ['psi'], every: 250, plane: { z: 12 } }, end: { fields: ['psi', 'freq'] } },
  run: { peers: 3, use: 'all', checkpointSeconds: 1000 },
};

let fleet: Fleet;
let truth: Float32Array[];
const ways: BreakableWay[] = [];

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([
    result.output('end', 'psi'),
    result.output('end', 'freq'),
    result.output('plane', 'psi'),
    result.probe('off', 'psi'),
    result.probe('off', 'rms2'),
  ]);

async function reached(id: string, step: number): Promise<void> {
  while ((fleet.status(id).progress?.step ?? 0) < step)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Done without going back, and with every bit as on one peer. */
async function unharmed(id: string): Promise<void> {
  const { progress } = await fleet.done(id);
  expect(fleet.troubles).toEqual([]);
  expect(progress?.step).toBe(job.time.steps);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
}

beforeAll(async () => {
  fleet = await Fleet.start();
  await fleet.join();
  truth = await everything(await fleet.run({ ...job, run: { peers: 1 } }));
  await fleet.close();
});
afterEach(async () => {
  await fleet.close();
  await Promise.all(ways.splice(0).map((way) => way.close()));
});

test.each(['werift', 'datachannel'] as const)(
  'channels of %s break again and again: the run goes on where it is',
  async (choice) => {
    fleet = await Fleet.start();
    const transports = new BreakableTransports(await openTransports(choice));
    await fleet.join({ transport: transports });
    await fleet.join({ transport: choice });
    await fleet.join({ transport: choice });
    const id = await fleet.submit(job);
    for (const step of [200, 600, 1000, 1400]) {
      await reached(id, step);
      transports.break();
    }
    await unharmed(id);
    expect(transports.attempts).toBeGreaterThanOrEqual(2 * 5);
  },
);

describe('the connection to the coordinator', () => {
  /** Three peers, the first of them by a way that can be cut. */
  const company = async () => {
    fleet = await Fleet.start();
    const way = await BreakableWay.to(fleet.url);
    ways.push(way);
    const transports = new BreakableTransports(await openTransports('werift'));
    const peer = await fleet.join({
      connect: (url) => connectSocket(way.address(url)),
      transport: transports,
    });
    await fleet.join();
    await fleet.join();
    return { way, peer, transports };
  };

  test('is ended at once, several times: the peer keeps its place in the run', async () => {
    const { way } = await company();
    const id = await fleet.submit(job);
    for (const step of [300, 900, 1500]) {
      await reached(id, step);
      way.reset();
    }
    await unharmed(id);
  });

  test('falls silent, and the channels to other peers with it: the run goes on when the network is back', async () => {
    const { way, transports } = await company();
    const id = await fleet.submit(job);
    await reached(id, 500);
    way.silence();
    transports.break();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    way.open();
    await unharmed(id);
  });

  test('stays silent: the run goes on without that peer', async () => {
    const { way } = await company();
    const id = await fleet.submit({ ...job, run: { ...job.run, checkpointSeconds: 0.5 } });
    await reached(id, 500);
    way.silence();
    await fleet.done(id);
    expect(fleet.events.filter(({ event }) => event === 'back')).toHaveLength(1);
    expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
  });
});

test('peers without any direct way compute through the coordinator, and it shows', async () => {
  fleet = await Fleet.start();
  const peer = await fleet.join({ transport: noTransports });
  await fleet.join({ transport: noTransports });
  const id = await fleet.submit({ ...job, run: { ...job.run, peers: 2 } });
  await unharmed(id);
  const { progress } = fleet.status(id);
  expect(progress?.haloBytesRelayed).toBeGreaterThan(1e6);
  expect(progress?.haloBytesDirect).toBe(0);
  const paths = peer.statuses.flatMap((status) => (status.kind === 'computing' ? status.links : []));
  expect(new Set(paths.map(({ path }) => path))).toEqual(new Set(['relay']));
});
