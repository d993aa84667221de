import { afterEach, beforeAll, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import type { ToPeer } from '../core/protocol/messages.js';
import type { Socket } from '../core/protocol/socket.js';
import { connectSocket } from '../peer-node/socket.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, type Result } from './fleet.js';
import { paced } from './paced-engine.js';
import { PeerProcess } from './processes.js';

const job: JobFileInput = {
  name: 'failure',
  model: 'wave',
  grid: { shape: [40, 40, 40], spacing: 1, brick: 8 },
  time: { steps: 1600, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 18, x: 25 } } },
  probes: { off: { at: { z: 30, y: 9, x: 9 }, fields: ['psi', 'rms2'] } },
  outputs: { plane: { fields: ['psi'], every: 100, plane: { z: 20 } }, end: { fields: ['psi', 'freq'] } },
  run: { peers: 3, use: 'all', checkpointSeconds: 0.5 },
};

type Grant = Extract<ToPeer, { type: 'grant' }>;

let truth: Float32Array[];
const processes: PeerProcess[] = [];
let fleet: Fleet;

async function everything(result: Result): Promise<Float32Array[]> {
  return Promise.all([
    result.output('end', 'psi'),
    result.output('end', 'freq'),
    result.output('plane', 'psi'),
    result.probe('off', 'psi'),
    result.probe('off', 'rms2'),
  ]);
}

function startPeers(names: readonly string[]): PeerProcess[] {
  const started = names.map((name) => new PeerProcess(fleet.url, name));
  processes.push(...started);
  return started;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Resolves when every shard has made `step` steps. */
function reached(id: string, step: number): Promise<void> {
  return until(() => (fleet.status(id).progress?.step ?? 0) >= step);
}

beforeAll(async () => {
  fleet = await Fleet.start();
  await fleet.join();
  truth = await everything(await fleet.run({ ...job, run: { peers: 1 } }));
  await fleet.close();
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((peer) => peer.stop()));
  await fleet.close();
});

test('kill -9 of a peer in mid-run: the others finish, and every bit is as with one peer', async () => {
  fleet = await Fleet.start();
  const [victim] = startPeers(['victim', 'anna', 'bert']);
  const id = await fleet.submit(job);
  await reached(id, 500);
  await victim?.kill();
  await fleet.done(id);
  expect(fleet.events.filter(({ event }) => event === 'back')).toHaveLength(1);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});

test('kill -9 of a peer long after a checkpoint: the run goes on from copies that the others hold', async () => {
  const copied: JobFileInput = {
    ...job,
    grid: { shape: [24, 24, 24], spacing: 1, brick: 6 },
    time: { ...job.time, steps: 8000 },
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 10, x: 8 } } },
    probes: { off: { at: { z: 20, y: 9, x: 9 }, fields: ['psi'] } },
    outputs: { end: { fields: ['psi', 'freq'] } },
    run: { ...job.run, checkpointSeconds: 1000 },
  };
  const results = async (result: Result) => [
    await result.output('end', 'psi'),
    await result.output('end', 'freq'),
    await result.probe('off', 'psi'),
  ];
  fleet = await Fleet.start();
  const alone = await fleet.join();
  const whole = await results(await fleet.run({ ...copied, run: { peers: 1 } }));
  await alone.close();
  const [victim] = startPeers(['victim', 'anna']);
  let areWhole = false;
  let pace = 2e6;
  await fleet.join({
    // Slow enough for that to happen before the run is over.
    engine: paced(await createWasmEngine(), () => pace),
    // It is told to keep copies beside newer ones when all of them are whole.
    connect: (url) =>
      hearing(url, ({ copy }) => {
        areWhole ||= copy?.keeping !== undefined;
      }),
  });
  const id = await fleet.submit(copied);
  await until(() => areWhole);
  await victim?.kill();
  pace = Number.POSITIVE_INFINITY;
  await fleet.done(id);
  const back = fleet.events.filter(({ event }) => event === 'back');
  expect(back).toHaveLength(1);
  expect(back[0]?.details.to).toBeGreaterThan(0);
  expect(differingBits(await results(fleet.result(id)), whole)).toBe(0);
});

/** Connects, and tells of all grants that come. */
async function hearing(url: string, heard: (grant: Grant) => void): Promise<Socket> {
  const socket = await connectSocket(url);
  return {
    listen: (listener) =>
      socket.listen({
        text(message) {
          const said = JSON.parse(message);
          if (said.type === 'grant') heard(said);
          listener.text(message);
        },
        binary: (message) => listener.binary(message),
        closed: (...how) => listener.closed(...how),
      }),
    send: (message) => socket.send(message),
    close: () => socket.close(),
  };
}

test('kill -9 of all peers: the job waits, and goes on from its checkpoint with others', async () => {
  fleet = await Fleet.start();
  const peers = startPeers(['anna', 'bert', 'carl']);
  const id = await fleet.submit(job);
  await reached(id, 600);
  await Promise.all(peers.map((peer) => peer.kill()));
  startPeers(['dora']);
  await fleet.done(id);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});

test('peers come and go politely: the run changes hands without going back', async () => {
  fleet = await Fleet.start();
  const [leaver] = startPeers(['leaver', 'anna']);
  const id = await fleet.submit({ ...job, run: { ...job.run, peers: 2 } });
  await reached(id, 200);
  startPeers(['newcomer']);
  await reached(id, 800);
  await leaver?.stop();
  await fleet.done(id);
  expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  expect(fleet.events.filter(({ event }) => event === 'plan').length).toBeGreaterThan(1);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});

test('the only peer leaves: it goes within moments, and another goes on from there', async () => {
  fleet = await Fleet.start();
  const [leaver] = startPeers(['leaver']);
  const id = await fleet.submit({ ...job, run: { peers: 1, checkpointSeconds: 1000 } });
  await reached(id, 300);
  await leaver?.stop();
  await until(() => fleet.status(id).state === 'waiting');
  const kept = fleet.status(id).progress?.checkpoint ?? 0;
  expect(kept).toBeGreaterThanOrEqual(300);
  startPeers(['follower']);
  await fleet.done(id);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});
