import { afterEach, beforeAll, expect, test } from 'vitest';
import { Supervisor } from '../coordinator/trust/supervisor.js';
import type { JobFileInput } from '../core/job/schema.js';
import { skippedStep, wrongMedium } from '../core/trust/attacks.suite.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, freshIdentity, type Result } from './fleet.js';

/** Two bricks: of three peers one has no shard. */
const job: JobFileInput = {
  name: 'inspectors',
  model: 'medium',
  grid: { shape: [16, 16, 32], spacing: 1, brick: 16 },
  time: { steps: 400, dt: 0.1 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 8, value: 2.5 }] } },
  boundary: { z: ['neumann', 'absorbing'], y: 'dirichlet', x: 'dirichlet' },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 8, y: 8, x: 14 } } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: 2, use: 'all', checkpointSeconds: 0.3 },
};

const unsupervised = () => new Supervisor({ known: 0, newcomer: 0 });
/** So large that both precautions are taken as often as not. */
const watched = () => new Supervisor({ known: 1, newcomer: 1 });

let fleet: Fleet;
afterEach(() => fleet.close());

const end = (result: Result): Promise<Float32Array> => result.output('end', 'psi');
const of = (event: string) => fleet.events.filter((logged) => logged.event === event);
const idsOf = (name: string) => of('checked').filter(({ details }) => details.by === name);

let truth: Float32Array;
beforeAll(async () => {
  const alone = await Fleet.start();
  await alone.join();
  truth = await end(await alone.run({ ...job, run: { peers: 1 } }));
  await alone.close();
});

test('a peer without a shard checks those who have one, and the coordinator computes nothing itself', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  await Promise.all(['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) => fleet.join({ address })));
  const result = await fleet.run(job);
  expect(differingBits([await end(result)], [truth])).toBe(0);
  expect(of('checked').length).toBeGreaterThan(0);
  expect(idsOf('coordinator')).toEqual([]);
  expect(fleet.troubles).toEqual([]);
});

test('a peer that cheats is found by an inspector; the coordinator computes the one span that they differ in', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  const engine = skippedStep.on(await createWasmEngine());
  const liar = await fleet.join({ name: 'liar', engine, address: '127.0.0.2' });
  await fleet.join({ address: '127.0.0.3' });
  const id = await fleet.submit(job);
  await fleet.join({ address: '127.0.0.4' });
  await fleet.done(id);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
  expect((await liar.contributor.finished).kind).toBe('refused');
  expect(differingBits([await end(fleet.result(id))], [truth])).toBe(0);
});

test('an inspector that accuses honest peers is found out, and the run goes on', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  await Promise.all(['127.0.0.2', '127.0.0.3'].map((address) => fleet.join({ address })));
  const id = await fleet.submit(job);
  const engine = skippedStep.on(await createWasmEngine());
  const accuser = await fleet.join({ name: 'accuser', engine, address: '127.0.0.4' });
  await fleet.done(id);
  expect(of('found-out').map(({ details }) => details.name)).toEqual(['accuser']);
  expect((await accuser.contributor.finished).kind).toBe('refused');
  expect(of('back')).toEqual([]);
  expect(differingBits([await end(fleet.result(id))], [truth])).toBe(0);
});

test('two that lie alike, one computing and one vouching for it, are both found', async () => {
  fleet = await Fleet.start({ trust: { supervisor: watched() } });
  const lying = async () => wrongMedium.on(await createWasmEngine());
  await fleet.join({ name: 'liar', engine: await lying(), address: '127.0.0.2' });
  await fleet.join({ address: '127.0.0.3' });
  const id = await fleet.submit(job);
  await fleet.join({ name: 'friend', engine: await lying(), address: '127.0.0.4' });
  await fleet.done(id);
  expect(new Set(of('found-out').map(({ details }) => details.name))).toEqual(new Set(['liar', 'friend']));
  expect(differingBits([await end(fleet.result(id))], [truth])).toBe(0);
});

test('peers of one owner do not check each other', async () => {
  fleet = await Fleet.start({ trust: { supervisor: unsupervised() } });
  await Promise.all(['one', 'two', 'three'].map((name) => fleet.join({ name })));
  await fleet.run(job);
  expect(of('checked').length).toBe(idsOf('coordinator').length);
});

test('the coordinator’s own peers are believed, unless the job says otherwise', async () => {
  const identity = await freshIdentity();
  fleet = await Fleet.start({ trust: { ownKeys: new Set([identity.signer.key]) } });
  await Promise.all([fleet.join({ identity }), fleet.join({ identity })]);
  await fleet.run(job);
  expect(of('checked')).toEqual([]);
  await fleet.run({ ...job, trust: { own: 'checked' } });
  expect(of('checked').length).toBeGreaterThan(0);
});
