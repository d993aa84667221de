import { afterEach, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import type { Socket } from '../core/protocol/socket.js';
import { notFinite } from '../core/trust/attacks.suite.js';
import { fusedEngine } from '../core/trust/classes/fused-engine.suite.js';
import { connectSocket } from '../peer-node/socket.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { Fleet } from './fleet.js';

const job: JobFileInput = {
  name: 'honesty',
  model: 'medium',
  grid: { shape: [16, 16, 24], spacing: 1, brick: 8 },
  time: { steps: 240, dt: 0.1 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 8, value: 2.5 }] } },
  boundary: { z: ['neumann', 'dirichlet'], y: 'dirichlet', x: 'periodic' },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 3, use: 'all', checkpointSeconds: 0.3 },
};

let fleet: Fleet;
afterEach(() => fleet.close());

const of = (event: string) => fleet.events.filter((logged) => logged.event === event);

test('peers of two numerical classes share a run, are checked, and none is found out', async () => {
  fleet = await Fleet.start({ trust: true });
  const peers = [
    await fleet.join({ name: 'fused', engine: fusedEngine() }),
    await fleet.join(),
    await fleet.join(),
  ];
  await fleet.run(job);
  const checked = of('checked').map(({ details }) => details);
  expect(new Set(checked.map(({ verdict }) => verdict))).toEqual(new Set(['holds']));
  expect(new Set(checked.map(({ peer }) => peer)).size).toBe(peers.length);
  expect(fleet.troubles).toEqual([]);
});

test('one that makes the field infinite is found out, not those of another class whom it reaches', async () => {
  fleet = await Fleet.start({ trust: true });
  // Whichever of the three shards it is given, one of these cells is its own.
  const engine = [4, 12, 20].reduce((spoilt, x) => notFinite([8, 8, x]).on(spoilt), await createWasmEngine());
  const liar = await fleet.join({ name: 'liar', engine });
  await Promise.all([fleet.join({ engine: fusedEngine() }), fleet.join({ engine: fusedEngine() })]);
  await fleet.run(job);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect((await liar.contributor.finished).kind).toBe('refused');
});

test('and so is one whose neighbours find it at probes, before anybody has signed for it', async () => {
  fleet = await Fleet.start({ trust: true });
  const engine = [4, 12, 20].reduce((spoilt, x) => notFinite([8, 8, x]).on(spoilt), await createWasmEngine());
  await fleet.join({ name: 'liar', engine });
  await Promise.all([fleet.join({ engine: fusedEngine() }), fleet.join({ engine: fusedEngine() })]);
  const at = (x: number) => ({ at: { z: 8, y: 8, x }, fields: ['psi'] });
  await fleet.run({ ...job, probes: { left: at(1), middle: at(9), right: at(17) } });
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
});

test('a model that diverges by itself fails its job, and nobody is blamed, of whichever class', async () => {
  fleet = await Fleet.start({ trust: true });
  await Promise.all([fleet.join({ engine: fusedEngine() }), fleet.join(), fleet.join()]);
  const growing: JobFileInput = {
    ...{ name: 'growing', grid: job.grid, time: { steps: 1200, dt: 1 }, run: job.run },
    model: {
      ...{ name: 'growing', fields: { phi: 'wave' }, constants: {}, largestStep: 1 },
      wgsl: `struct Cell { phi: f32 }
        fn update() -> Cell { return Cell(0.7 * phi(0, 0, 0) + 0.31 * phi(0, 0, 1) + 0.33 * phi(0, 0, -1)); }`,
    },
    initial: { phi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
    probes: { middle: { at: { z: 8, y: 8, x: 9 }, fields: ['phi'] } },
  };
  await expect(fleet.run(growing)).rejects.toThrow(/diverged: phi is not finite .* try a smaller time step/);
  expect(of('found-out')).toEqual([]);
});

test('one that never signs is named, and left out: the run ends without it', async () => {
  fleet = await Fleet.start({ trust: true });
  await fleet.join({ name: 'mute', connect: async (url) => mute(await connectSocket(url)) });
  await Promise.all([fleet.join(), fleet.join()]);
  await fleet.run(job);
  const reasons = of('back').map(({ details }) => String(details.reason));
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(reason).toBe('mute: it does not sign what it computes');
  expect(of('benched').map(({ details }) => details.reason)).toEqual(['it does not sign what it computes']);
});

test('one that says again and again that the field is infinite is left out, and ends no job', async () => {
  fleet = await Fleet.start({ trust: true });
  const connect = async (url: string) => despairing(await connectSocket(url));
  await fleet.join({ name: 'despairing', connect });
  const address = '127.0.0.2';
  await Promise.all([fleet.join({ address }), fleet.join({ address })]);
  await fleet.run({ ...job, run: { ...job.run, peers: 2 } });
  expect(of('benched').map(({ details }) => details.reason)).toEqual([
    'psi is not finite, as despairing found',
  ]);
});

/** Under each plan its peer says that the field is infinite, as soon as it has its shard, and nothing more. */
function despairing(socket: Socket): Socket {
  let given: number | undefined;
  return {
    listen: (listener) => socket.listen(listener),
    send: (message) => {
      const { type, plan } = typeof message === 'string' ? JSON.parse(message) : {};
      if (plan === undefined || plan !== given) socket.send(message);
      if (type !== 'ready') return;
      given = plan;
      socket.send(JSON.stringify({ type: 'diverged', plan, step: 100, state: 'psi' }));
    },
    close: () => socket.close(),
  };
}

/** What its peer signs does not leave it. */
function mute(socket: Socket): Socket {
  return {
    listen: (listener) => socket.listen(listener),
    send: (message) => {
      const isSigned = typeof message === 'string' && JSON.parse(message).type === 'signed';
      if (!isSigned) socket.send(message);
    },
    close: () => socket.close(),
  };
}
