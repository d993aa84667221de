import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { skippedStep } from '../core/trust/attacks.suite.js';
import { fusedEngine } from '../core/trust/classes/fused-engine.suite.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { Fleet, type Result } from './fleet.js';
import { ADDRESSES, madeAlone } from './layered.js';
import { paced } from './paced-engine.js';
import { PeerProcess } from './processes.js';

const job = {
  name: 'unlike',
  model: 'medium',
  grid: { shape: [16, 16, 24], spacing: 1, brick: 8 },
  time: { steps: 400, dt: 0.1 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 8, value: 2.5 }] } },
  boundary: { z: ['neumann', 'dirichlet'], y: 'dirichlet', x: 'periodic' },
  sources: {
    hum: {
      field: 'psi',
      at: { z: 6, y: 8, x: 12 },
      amplitude: 500,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 40 },
    },
  },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  outputs: { plane: { fields: ['psi'], every: 8, plane: { z: 8 } }, end: { fields: ['psi'] } },
  trust: { replicas: 2 },
  // Nothing that is measured is to make another plan.
  run: { peers: 4, use: 'all', exchangeEvery: 4, checkpointSeconds: 0.3 },
} satisfies JobFileInput;

let fleet: Fleet;
const processes: PeerProcess[] = [];

afterEach(async () => {
  await Promise.all(processes.splice(0).map((peer) => peer.kill()));
  await fleet.close();
});

/** Cell updates a second: few enough that something can happen in the midst of a run, until it has. */
const SLOWLY = 1.5e5;
let pace = SLOWLY;
beforeEach(() => {
  pace = Number.POSITIVE_INFINITY;
});

/** Whoever claims to be quicker answers for a shard; the others are shadows. */
const join = (owner: keyof typeof ADDRESSES, engine: Engine, rate: number, name = 'honest') =>
  fleet.join({ name, engine: paced(engine, () => pace), rate, address: ADDRESSES[owner] });

/** Three whose products are fused: two of them make a pair, and the third is paired with whoever is not like it. */
const joinFused = (rate = 1e6) =>
  Promise.all([
    join('a', fusedEngine(), rate),
    join('b', fusedEngine(), rate),
    join('b', fusedEngine(), 0.9 * rate),
  ]);

const everything = (result: Result): Promise<Float32Array[]> =>
  Promise.all([result.output('end', 'psi'), result.output('plane', 'psi')]);

let truth: Float32Array[];
beforeAll(async () => {
  truth = await madeAlone(job, everything);
});

/** In relative L2, of the worst array. */
function errorOf(made: readonly Float32Array[]): number {
  return Math.max(
    ...truth.map((right, array) => {
      const apart = right.map((value, i) => value - (made[array]?.[i] as number));
      return Math.hypot(...apart) / Math.hypot(...right);
    }),
  );
}
const ROUNDING = 1e-4;

const of = (event: string) => fleet.events.filter((logged) => logged.event === event);
const verdicts = () => new Set(of('compared').map(({ details }) => details.verdict));

test('a shadow of another class agrees through the run, and nobody is found to be anything', async () => {
  fleet = await Fleet.start({ trust: true });
  await join('a', await createWasmEngine(), 2e6);
  await joinFused();
  const result = await fleet.run(job);
  expect(of('plan')[0]?.details).toMatchObject({ shards: 2, shadows: 2 });
  expect(of('compared').length).toBeGreaterThan(1);
  expect(verdicts()).toEqual(new Set(['near']));
  expect([...fleet.troubles, ...of('disputed')]).toEqual([]);
  expect(errorOf(await everything(result))).toBeLessThan(ROUNDING);
});

test.each([
  ['peer', 2e6],
  ['shadow', 8e5],
] as const)(
  'a %s that skips steps is found by the other, of another class, and shut out',
  async (_, rate) => {
    fleet = await Fleet.start({ trust: true });
    const liar = await join('a', skippedStep.on(await createWasmEngine()), rate, 'liar');
    await joinFused();
    const result = await fleet.run(job);
    expect(of('disputed').length).toBeGreaterThan(0);
    expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
    expect((await liar.contributor.finished).kind).toBe('refused');
    expect(errorOf(await everything(result))).toBeLessThan(ROUNDING);
  },
);

test('a peer is killed: its shadow goes on for it, though it rounds differently, and no step is lost', async () => {
  pace = SLOWLY;
  fleet = await Fleet.start({ trust: true });
  const killed = new PeerProcess(await fleet.urlFrom(ADDRESSES.a), 'killed', ['--transport', 'werift']);
  processes.push(killed);
  await joinFused(SLOWLY);
  const id = await fleet.submit(job);
  await vi.waitFor(() => expect(fleet.status(id).progress?.step).toBeGreaterThan(40), 30_000);
  await vi.waitFor(() => expect(of('compared').length).toBeGreaterThan(1), 30_000);
  await killed.kill();
  pace = Number.POSITIVE_INFINITY;
  await fleet.done(id);
  expect(of('took-over').map(({ details }) => details.why)).toEqual(['killed is gone']);
  expect([...of('back'), ...of('found-out')]).toEqual([]);
  expect(errorOf(await everything(fleet.result(id)))).toBeLessThan(ROUNDING);
});
