import { afterEach, expect, test } from 'vitest';
import { checkSweep } from '../core/job/sweep.js';
import { addressesOf } from '../core/protocol/addresses.js';
import type { Socket } from '../core/protocol/socket.js';
import { skippedStep } from '../core/trust/attacks.suite.js';
import { fusedEngine } from '../core/trust/classes/fused-engine.suite.js';
import { roomApi } from '../peer-node/cli/api.js';
import { connectSocket } from '../peer-node/socket.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, freshIdentity, type Result } from './fleet.js';
import { lyingStorer } from './lying-storer.js';
import { pondWith } from './pond.js';

const pond = pondWith(['dirichlet', 'periodic']);
const axes = checkSweep(pond);
const CELLS = 20 * 24;

let fleet: Fleet;
afterEach(() => fleet.close());

const of = (event: string) => fleet.events.filter((logged) => logged.event === event);

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([result.output('film', 'psi'), result.output('end', 'rms2'), result.probe('ear', 'psi')]);

async function truth(): Promise<Float32Array[]> {
  const alone = await Fleet.start();
  try {
    await alone.join();
    return await everything(await alone.run(pond as never));
  } finally {
    await alone.close();
  }
}

/** What a peer is told that it is used for. */
async function useOf(name: string): Promise<string | undefined> {
  const { peers } = await roomApi(addressesOf(fleet.url)).room();
  return peers.find((peer) => peer.name === name)?.use?.says;
}

/** Somebody is found out by a check, before another is there who would come to something else. */
const isFound = () => expect.poll(() => of('found-out').length, { timeout: 60_000 }).toBe(1);

test('members of an honest peer are computed again, and it has credit for all of them', async () => {
  fleet = await Fleet.start({ trust: true });
  await fleet.join();
  const result = await fleet.run(pond as never);
  expect(differingBits(await everything(result), await truth())).toBe(0);
  expect(of('member-checked').length).toBeGreaterThan(0);
  expect(new Set(of('member-checked').map(({ details }) => details.verdict))).toEqual(new Set(['holds']));
  expect(fleet.credit().map(({ cellUpdates }) => cellUpdates)).toEqual([axes.count * 60 * CELLS]);
});

test('a peer that skips steps is found and shut out, and brings no credit; the result is as if it had not been there', async () => {
  fleet = await Fleet.start({ trust: true });
  const id = await fleet.submit(pond as never);
  const engine = skippedStep.on(await createWasmEngine());
  const liar = await fleet.join({ name: 'liar', engine });
  await isFound();
  await fleet.join({ name: 'honest' });
  await fleet.done(id);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect((await liar.contributor.finished).kind).toBe('refused');
  expect(differingBits(await everything(fleet.result(id)), await truth())).toBe(0);
  expect(fleet.credit().map(({ cellUpdates }) => cellUpdates)).toEqual([axes.count * 60 * CELLS]);
});

test('a peer that stores something else than it computes is found by what is read of its members', async () => {
  fleet = await Fleet.start({ trust: true });
  const id = await fleet.submit(pond as never);
  await fleet.join({ name: 'liar', ...(await lyingStorer('film', CELLS)) });
  await isFound();
  await fleet.join({ name: 'honest' });
  await fleet.done(id);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect(differingBits(await everything(fleet.result(id)), await truth())).toBe(0);
});

test('an honest peer of another numerical class is checked, and a member that diverges fails as it should: nobody is blamed', async () => {
  fleet = await Fleet.start({ trust: true });
  await fleet.join({ engine: fusedEngine() });
  // The emulated engine has no probes.
  const amplitude = { field: 'initial.psi.amplitude', values: [1, 3e38, 2] };
  const id = await fleet.submit({ ...pond, probes: {}, sweep: { amplitude } } as never);
  const { progress } = await fleet.done(id);
  expect(progress?.members).toEqual({ count: 3, done: 2, failed: 1, running: 0 });
  const verdicts = of('member-checked').map(({ details }) => details.verdict);
  expect(new Set(verdicts)).toEqual(new Set(['holds']));
  expect(fleet.troubles).toEqual([]);
});

test('a peer that names false bytes of members first, and never finishes any, is left out, holds none up, and is told why when it comes back', async () => {
  fleet = await Fleet.start({ trust: true });
  const id = await fleet.submit(pond as never);
  const named = new Set<string>();
  const identity = await freshIdentity();
  await fleet.join({
    name: 'blocker',
    rate: 1e9,
    identity,
    connect: async (url) => blocking(await connectSocket(url), named),
  });
  // One may be chance.
  await expect.poll(() => named.size, { timeout: 60_000 }).toBeGreaterThan(1);
  const honest = await createWasmEngine();
  let goOn = () => {};
  const isTold = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await fleet.join({
    name: 'honest',
    engine: {
      ...honest,
      // What was held up is computed again only after that.
      createShard: async (spec) => {
        if (of('benched').length > 0) await isTold;
        return honest.createShard(spec);
      },
    },
  });
  await expect.poll(() => of('benched').length, { timeout: 60_000 }).toBe(1);
  const again = await fleet.join({ name: 'blocker again', identity });
  const why = 'left out: it keeps others from finishing members, and finishes none that stands';
  await expect.poll(() => useOf('blocker again'), { timeout: 60_000 }).toBe(why);
  await expect
    .poll(() => again.statuses.at(-1), { timeout: 60_000 })
    .toEqual({ kind: 'waiting', reason: `this device is ${why}` });
  goOn();
  await fleet.done(id);
  const reason = 'it keeps others from finishing members, and finishes none that stands';
  expect(of('benched').map(({ details }) => [details.name, details.reason])).toEqual([['blocker', reason]]);
  expect(differingBits(await everything(fleet.result(id)), await truth())).toBe(0);
});

test('a peer that says of members that it was not given that they are over troubles nobody', async () => {
  fleet = await Fleet.start({ trust: true });
  const id = await fleet.submit({ ...pond, run: { peers: 2 } } as never);
  let meddler: Socket | undefined;
  await fleet.join({
    name: 'meddler',
    // No member fits.
    engine: { ...(await createWasmEngine()), memory: 1 },
    connect: async (url) => {
      meddler = saysMore(await connectSocket(url));
      return meddler;
    },
  });
  await fleet.join({
    name: 'honest',
    connect: async (url) =>
      overheard(await connectSocket(url), (message) => {
        for (const other of meddlingWith(message)) meddler?.send(other);
      }),
  });
  await fleet.done(id);
  expect(of('unfounded').length).toBeGreaterThan(0);
  expect([...of('contradicted'), ...of('benched')]).toEqual([]);
  expect(differingBits(await everything(fleet.result(id)), await truth())).toBe(0);
});

/** Whoever names chunks is contradicted, and the members are said to be over. */
function meddlingWith(message: string): readonly string[] {
  const said = JSON.parse(message);
  if (said.type !== 'upload') return [];
  const { plan, objects } = said;
  return objects.flatMap((object: { readonly key: string }) => {
    const [row = 0, column = 0] = (object.key.split('/c/')[1] ?? '').split('/').map(Number);
    const member = row * 6 + column;
    const named = { ...said, objects: [{ ...object, sha256: `${'A'.repeat(43)}=` }] };
    return [named, { type: 'member', plan, member, computeSeconds: 0, cellUpdates: 0 }].map((each) =>
      JSON.stringify(each),
    );
  });
}

function overheard(socket: Socket, hear: (message: string) => void): Socket {
  return {
    listen: (listener) => socket.listen(listener),
    send: (message) => {
      socket.send(message);
      if (typeof message === 'string') hear(message);
    },
    close: () => socket.close(),
  };
}

/** More is said on it than its session knows of, which is not to hear how much has been heard. */
function saysMore(socket: Socket): Socket {
  return {
    listen: ({ text, binary, closed }) =>
      socket.listen({
        text: (message) => {
          if (JSON.parse(message).type !== 'heard') text(message);
        },
        binary,
        closed,
      }),
    send: (message) => socket.send(message),
    close: () => socket.close(),
  };
}

/** Its peer names other bytes than it has, and says of no member that it is over. `named`: the keys of what it has named. */
function blocking(socket: Socket, named: Set<string>): Socket {
  return {
    listen: (listener) => socket.listen(listener),
    send: (message) => {
      if (typeof message !== 'string') return socket.send(message);
      const said = JSON.parse(message);
      if (said.type === 'member' || said.type === 'failed') return;
      for (const object of said.type === 'upload' ? said.objects : []) {
        object.sha256 = `${'A'.repeat(43)}=`;
        named.add(object.key);
      }
      socket.send(JSON.stringify(said));
    },
    close: () => socket.close(),
  };
}
