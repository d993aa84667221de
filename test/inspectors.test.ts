import { afterEach, beforeAll, expect, test } from 'vitest';
import { Supervisor } from '../coordinator/trust/supervisor.js';
import type { JobFileInput } from '../core/job/schema.js';
import { wrongMedium } from '../core/trust/attacks.suite.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, freshIdentity, type Result } from './fleet.js';

/** Two bricks: of three peers the slowest has no shard. */
const job: JobFileInput = {
  name: 'inspectors',
  model: 'medium',
  grid: { shape: [16, 16, 32], spacing: 1, brick: 16 },
  time: { steps: 400, dt: 0.1 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 8, value: 2.5 }] } },
  boundary: { z: ['neumann', 'absorbing'], y: 'dirichlet', x: 'dirichlet' },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 8, y: 8, x: 14 } } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 3, use: 'all', checkpointSeconds: 0.3 },
  // The third would become a shadow.
  trust: { replicas: 1 },
};

const unsupervised = () => new Supervisor({ known: 0, newcomer: 0 });
/** The coordinator computes all again that inspectors do. */
const watched = () => new Supervisor({ known: 1, newcomer: 1 });

/** So slow by what it says that others get the shards. */
const third = { address: '127.0.0.4', rate: 1e7 };

/** By the window its class is that of honest peers, so that these may check it. */
const lying = async () => wrongMedium.on(await createWasmEngine());

let fleet: Fleet;
afterEach(() => fleet.close());

const end = (result: Result): Promise<Float32Array> => result.output('end', 'psi');
const of = (event: string) => fleet.events.filter((logged) => logged.event === event);
const byCoordinator = () => of('checked').filter(({ details }) => details.by === 'coordinator');

let truth: Float32Array;
beforeAll(async () => {
  const alone = await Fleet.start();
  await alone.join();
  truth = await end(await alone.run({ ...job, run: { peers: 1 } }));
  await alone.close();
});

test('a peer without a shard checks those who have one, and the coordinator computes nothing itself', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  await Promise.all(['127.0.0.2', '127.0.0.3'].map((address) => fleet.join({ address })));
  await fleet.join(third);
  const result = await fleet.run(job);
  expect(differingBits([await end(result)], [truth])).toBe(0);
  expect(of('checked').length).toBeGreaterThan(0);
  expect(byCoordinator()).toEqual([]);
  expect(fleet.troubles).toEqual([]);
});

test('a peer that cheats is found by an inspector; the coordinator computes again only where they differ', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  const liar = await fleet.join({ name: 'liar', engine: await lying(), address: '127.0.0.2' });
  await fleet.join({ address: '127.0.0.3' });
  await fleet.join(third);
  const result = await fleet.run(job);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect(byCoordinator()[0]?.details.verdict).toBe('lied');
  expect((await liar.contributor.finished).kind).toBe('refused');
  expect(differingBits([await end(result)], [truth])).toBe(0);
});

test('an inspector that accuses honest peers is found out, and the run goes on', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  await Promise.all(['127.0.0.2', '127.0.0.3'].map((address) => fleet.join({ address })));
  const accuser = await fleet.join({ name: 'accuser', engine: await lying(), ...third });
  const result = await fleet.run(job);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['accuser']);
  expect((await accuser.contributor.finished).kind).toBe('refused');
  expect(of('back')).toEqual([]);
  expect(differingBits([await end(result)], [truth])).toBe(0);
});

test('two that lie alike, one computing and one vouching for it, are both found', async () => {
  fleet = await Fleet.start({ trust: { supervisor: watched() } });
  await fleet.join({ name: 'liar', engine: await lying(), address: '127.0.0.2' });
  await fleet.join({ address: '127.0.0.3' });
  await fleet.join({ name: 'friend', engine: await lying(), ...third });
  const result = await fleet.run(job);
  expect(new Set(of('found-out').map(({ details }) => details.name))).toEqual(new Set(['liar', 'friend']));
  expect(differingBits([await end(result)], [truth])).toBe(0);
});

test('peers of one owner do not check each other', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  await Promise.all(['one', 'two', 'three'].map((name) => fleet.join({ name })));
  await fleet.run(job);
  expect(of('checked').length).toBe(byCoordinator().length);
});

test('the coordinator’s own peers are believed, unless the job says otherwise', async () => {
  const identity = await freshIdentity();
  fleet = await Fleet.start({ trust: { ownKeys: new Set([identity.signer.key]) } });
  await Promise.all([fleet.join({ identity }), fleet.join({ identity })]);
  const alone = { ...job, run: { ...job.run, peers: 2 } };
  await fleet.run(alone);
  expect(of('checked')).toEqual([]);
  await fleet.run({ ...alone, trust: { own: 'checked', replicas: 1 } });
  expect(of('checked').length).toBeGreaterThan(0);
});
