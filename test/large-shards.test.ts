import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { type Attack, wrongMedium } from '../core/trust/attacks.suite.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, type FleetPeer, type Result } from './fleet.js';
import { ADDRESSES, layered, madeAlone } from './layered.js';
import { paced } from './paced-engine.js';

const job = {
  name: 'large-shards',
  ...layered,
  time: { steps: 240, dt: 0.1 },
  outputs: { end: { fields: ['psi'] } },
  trust: { replicas: 2 },
  run: { peers: 4, use: 'all', checkpointSeconds: 0.3 },
} satisfies JobFileInput;

/** A shard of half the grid has 55,296 bytes of waves: it is too large to be shown, and some of its bricks are not. */
const EVIDENCE_BYTES = 100_000;

let fleet: Fleet;
afterEach(() => fleet.close());

/** Whoever claims to be quicker answers for a shard; the others are shadows. */
const join = (
  owner: keyof typeof ADDRESSES,
  options: { readonly name?: string; readonly rate?: number; readonly engine?: Engine } = {},
): Promise<FleetPeer> => fleet.join({ ...options, address: ADDRESSES[owner] });

const field = (result: Result): Promise<Float32Array> => result.output('end', 'psi');
const of = (event: string) => fleet.events.filter((logged) => logged.event === event);

let truth: Float32Array;
beforeAll(async () => {
  truth = await madeAlone(job, field);
});

test('shards too large to be shown are compared with their shadows; of honest ones nobody is asked for anything', async () => {
  fleet = await Fleet.start({ trust: true, evidenceBytes: EVIDENCE_BYTES });
  await Promise.all([join('a'), join('a'), join('b'), join('b')]);
  const id = await fleet.submit(job);
  const { progress } = await fleet.done(id);
  expect(of('plan')[0]?.details).toMatchObject({ shards: 2, shadows: 2 });
  expect([...fleet.troubles, ...of('disputed'), ...of('checked')]).toEqual([]);
  expect(progress?.vetted).toBe(job.time.steps);
  expect(differingBits([await field(fleet.result(id))], [truth])).toBe(0);
});

/** Cheats where it computes, and not where it computes once more. */
const onceOnly: Attack = {
  name: 'a lie that it does not tell twice',
  on: (engine) => {
    const liar = wrongMedium.on(engine);
    let hasLied = false;
    const createShard: Engine['createShard'] = (spec) => {
      // Its class is found in a window of another model.
      const isOfTheJob = spec.media?.speed === 'cells';
      const lies = isOfTheJob && !hasLied;
      hasLied ||= isOfTheJob;
      return (lies ? liar : engine).createShard(spec);
    };
    return { ...liar, createShard };
  },
};

test.each([
  { who: 'a peer', rates: { liar: 2e8, twin: 2e8, others: 1e8 }, attack: wrongMedium },
  { who: 'a shadow', rates: { liar: 5e7, twin: 5e7, others: 1e8 }, attack: wrongMedium },
  { who: 'a peer', rates: { liar: 2e8, twin: 2e8, others: 1e8 }, attack: onceOnly },
])(
  '$who that cheats ($attack.name) is found by what both tell of their span, and shut out',
  async ({ rates, attack }) => {
    fleet = await Fleet.start({ trust: true, evidenceBytes: EVIDENCE_BYTES });
    const engine = attack.on(await createWasmEngine());
    const liar = await join('a', { name: 'liar', rate: rates.liar, engine });
    await Promise.all([
      join('a', { rate: rates.twin }),
      join('b', { rate: rates.others }),
      join('b', { rate: rates.others }),
    ]);
    const result = await fleet.run(job);
    expect(of('bisected').map(({ details }) => details.found)).toContain('lied');
    expect(of('found-out').map(({ details }) => details.name)).toEqual(['liar']);
    expect((await liar.contributor.finished).kind).toBe('refused');
    expect(differingBits([await field(result)], [truth])).toBe(0);
  },
);

test('the status says whose shards nobody computes again, when the run is over too', async () => {
  fleet = await Fleet.start({ trust: true, evidenceBytes: EVIDENCE_BYTES });
  let pace = 3e5;
  const slow = async () => paced(await createWasmEngine(), () => pace);
  await Promise.all([join('a', { engine: await slow() }), join('b', { engine: await slow() })]);
  const id = await fleet.submit({ ...job, trust: { replicas: 1 }, run: { ...job.run, peers: 2 } });
  await vi.waitFor(() => expect(fleet.status(id).progress?.unseen).toHaveLength(2), 30_000);
  pace = Number.POSITIVE_INFINITY;
  await fleet.done(id);
  expect([...of('checked'), ...of('back')]).toEqual([]);
  expect(fleet.status(id).progress?.unseen).toHaveLength(2);
  expect(differingBits([await field(fleet.result(id))], [truth])).toBe(0);
});
