import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import type { Socket } from '../core/protocol/socket.js';
import { wrongMedium } from '../core/trust/attacks.suite.js';
import { connectSocket } from '../peer-node/socket.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, type FleetPeer, type Result } from './fleet.js';
import { ADDRESSES, layered, madeAlone } from './layered.js';
import { paced } from './paced-engine.js';
import { PeerProcess } from './processes.js';

const job = {
  name: 'shadows',
  ...layered,
  time: { steps: 400, dt: 0.1 },
  probes: { off: { at: { z: 18, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: { plane: { fields: ['psi'], every: 20, plane: { z: 12 } }, end: { fields: ['psi'] } },
  trust: { replicas: 2 },
  run: { peers: 4, use: 'all', checkpointSeconds: 0.3 },
} satisfies JobFileInput;

let fleet: Fleet;
const processes: PeerProcess[] = [];

afterEach(async () => {
  await Promise.all(processes.splice(0).map((peer) => peer.kill()));
  await fleet.close();
});

/** Whoever claims to be quicker answers for a shard; the others are shadows. */
const join = (
  owner: keyof typeof ADDRESSES,
  options: { readonly name?: string; readonly rate?: number; readonly engine?: Engine } = {},
): Promise<FleetPeer> => fleet.join({ ...options, address: ADDRESSES[owner] });

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([result.output('end', 'psi'), result.output('plane', 'psi'), result.probe('off', 'psi')]);

let truth: Float32Array[];
beforeAll(async () => {
  truth = await madeAlone(job, everything);
});

const of = (event: string) => fleet.events.filter((logged) => logged.event === event);

test('with two peers to a shard the field is what one peer makes, and nobody differs', async () => {
  fleet = await Fleet.start({ trust: true });
  await Promise.all([join('a'), join('a'), join('b'), join('b')]);
  const result = await fleet.run(job);
  expect(of('plan')[0]?.details).toMatchObject({ shards: 2, shadows: 2 });
  expect(differingBits(await everything(result), truth)).toBe(0);
  expect([...fleet.troubles, ...of('disputed')]).toEqual([]);
});

test('a peer that cheats is found by its shadow, and shut out; the field is as if it had not been there', async () => {
  fleet = await Fleet.start({ trust: true });
  const engine = wrongMedium.on(await createWasmEngine());
  const liar = await join('a', { name: 'liar', rate: 2e8, engine });
  await Promise.all([join('a', { rate: 2e8 }), join('b'), join('b')]);
  const result = await fleet.run(job);
  expect(of('disputed').length).toBeGreaterThan(0);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect((await liar.contributor.finished).kind).toBe('refused');
  expect(differingBits(await everything(result), truth)).toBe(0);
});

test('a shadow that cheats is found and shut out, and the run does not go back for it', async () => {
  fleet = await Fleet.start({ trust: true });
  const engine = wrongMedium.on(await createWasmEngine());
  await join('a', { name: 'liar', rate: 5e7, engine });
  await Promise.all([join('a', { rate: 5e7 }), join('b'), join('b')]);
  const result = await fleet.run(job);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect(of('back')).toEqual([]);
  expect(differingBits(await everything(result), truth)).toBe(0);
});

/** Cell updates a second: few enough that something can happen in the midst of a run, until it has. */
const SLOWLY = 3e5;
let pace = SLOWLY;
beforeEach(() => {
  pace = SLOWLY;
});

async function slow(): Promise<Engine> {
  return paced(await createWasmEngine(), () => pace);
}

test('a peer is killed: its shadow goes on for it, no step is lost, and every bit is right', async () => {
  fleet = await Fleet.start({ trust: true });
  // It claims to be quicker than the others, and answers for a shard.
  const killed = new PeerProcess(await fleet.urlFrom(ADDRESSES.b), 'killed', ['--transport', 'werift']);
  processes.push(killed);
  await Promise.all(
    (['a', 'a', 'b'] as const).map(async (owner) => join(owner, { rate: 1e6, engine: await slow() })),
  );
  const id = await fleet.submit(job);
  await vi.waitFor(() => expect(fleet.status(id).progress?.step).toBeGreaterThan(40), 30_000);
  await killed.kill();
  pace = Number.POSITIVE_INFINITY;
  await fleet.done(id);
  expect(of('took-over').map(({ details }) => details.why)).toEqual(['killed is gone']);
  expect(of('back')).toEqual([]);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
});

test('fewer peers than two to a shard: the status says what has no shadow, and a shadow is found when somebody comes', async () => {
  fleet = await Fleet.start({ trust: true });
  await join('a', { engine: await slow() });
  const id = await fleet.submit({ ...job, run: { ...job.run, peers: 1 } });
  await vi.waitFor(
    () => expect(fleet.status(id).progress?.replicas).toEqual({ shards: 1, shadowed: 0 }),
    30_000,
  );
  await join('b', { engine: await slow() });
  await vi.waitFor(
    () => expect(fleet.status(id).progress?.replicas).toEqual({ shards: 1, shadowed: 1 }),
    30_000,
  );
  pace = Number.POSITIVE_INFINITY;
  await fleet.done(id);
  expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
  expect(of('back')).toEqual([]);
});

test('a shadow that leaves while shards are being loaded is let go when they are, and not at the end of the job', async () => {
  fleet = await Fleet.start({ trust: true });
  const held: (() => void)[] = [];
  const connect = async (url: string) => holding(await connectSocket(url), held);
  await fleet.join({ rate: 2e8, engine: await slow(), connect });
  const shadow = await join('b', { rate: 5e7, engine: await slow() });
  const id = await fleet.submit({ ...job, run: { ...job.run, peers: 2 } });
  await vi.waitFor(() => expect(held).toHaveLength(1), 30_000);
  const left = shadow.contributor.leave();
  await vi.waitFor(() => expect(of('plan')[0]?.details).toMatchObject({ shards: 1, shadows: 1 }));
  for (const release of held) release();
  await left;
  expect(of('shadow-gone').map(({ details }) => details.why)).toEqual(['it leaves']);
  pace = Number.POSITIVE_INFINITY;
  await fleet.done(id);
});

/** Its peer's word that it has loaded its shard is held back: `held` lets it go. */
function holding(socket: Socket, held: (() => void)[]): Socket {
  return {
    listen: (listener) => socket.listen(listener),
    send: (message) => {
      const isReady = typeof message === 'string' && JSON.parse(message).type === 'ready';
      if (isReady) held.push(() => socket.send(message));
      else socket.send(message);
    },
    close: () => socket.close(),
  };
}
