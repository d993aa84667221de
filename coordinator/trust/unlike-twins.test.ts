import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import {
  type Attack,
  cellOff,
  halfPrecision,
  missingSource,
  notFinite,
  skippedStep,
  wrongMedium,
} from '../../core/trust/attacks.suite.js';
import { fusedEngine } from '../../core/trust/classes/fused-engine.suite.js';
import { brickDigests } from '../../core/witness/digests.js';
import type { HaloTable } from '../../core/witness/evidence.js';
import { replay } from '../../core/witness/replay.js';
import { writeSample } from '../../core/witness/sample.js';
import { exchangeSteps, type Span } from '../../core/witness/span.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { digest } from './checker.js';
import type { SignedSpan } from './signed-span.js';
import { drawBricks, UnlikeTwins } from './unlike-twins.js';

const STEPS = 120;
const job = checkJob({
  name: 'unlike',
  model: 'medium',
  grid: { shape: [16, 16, 24], spacing: 1, brick: 8 },
  time: { steps: STEPS, dt: 0.1 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 8, value: 2.5 }] } },
  boundary: 'neumann',
  sources: {
    hum: {
      field: 'psi',
      at: { z: 6, y: 8, x: 12 },
      amplitude: 500,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 40 },
    },
  },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  run: { exchangeEvery: 4 },
});
const box = boxOfShape([16, 16, 24]);
const plan: Plan = {
  ...{ id: 1, job: 'unlike-1', from: 0, exchangeEvery: 4, epoch: 4, signed: 'spans' },
  source: { kind: 'initial' },
  shards: [{ peer: 'anna', box }],
  shadows: [{ peer: 'cora', shard: 0 }],
};
const span: Span = { plan, shard: 0, from: 0, to: STEPS };
const objects = { get: async () => undefined };

let engine: Engine;
let truth: Float32Array;
beforeAll(async () => {
  engine = await createWasmEngine();
  truth = await computedBy(engine);
});
afterAll(() => engine.close());

async function computedBy(device: Engine): Promise<Float32Array> {
  const nothing: HaloTable = exchangeSteps(span).map(() => []);
  return (await replay({ engine: device, objects }, job, span, { kind: 'initial' }, nothing)).end;
}

async function signed(peer: PeerId, state: Float32Array): Promise<SignedSpan> {
  return {
    peer,
    known: { party: { key: peer, owner: peer }, key: peer, numericalClass: peer, isOwn: false },
    statement: {
      ...{ job: 'unlike-1', plan: 1, shard: 0, from: 0, step: STEPS, root: '', outputs: '' },
      halos: [],
    },
    digests: await brickDigests(job, box, state, digest),
  };
}

/** Anna has computed truly; what cora has, and shows. */
async function compared(state: Float32Array, shown: Float32Array | undefined = state) {
  const states: Record<PeerId, Float32Array | undefined> = { anna: truth, cora: shown };
  const twins = new UnlikeTwins(job, {
    askSample: async (peer, _, bricks) => {
      const own = states[peer];
      return own && writeSample(job, box, own, bricks);
    },
  });
  return twins.compare(plan, { peer: await signed('anna', truth), shadow: await signed('cora', state) });
}

describe('two of two classes', () => {
  it('are near where both compute truly', async () => {
    const likeness = await compared(await computedBy(fusedEngine()));
    expect(likeness).toMatchObject({ kind: 'near', share: 1 });
    expect('misfit' in likeness && likeness.misfit).toBeGreaterThan(1e-8);
  });

  it.each<Attack>([
    skippedStep,
    halfPrecision,
    wrongMedium,
    missingSource,
    cellOff([9, 5, 11], 1e-2),
    notFinite([9, 5, 11]),
  ])('are apart where one has $name', async (attack) => {
    expect(await compared(await computedBy(attack.on(fusedEngine())))).toMatchObject({ kind: 'apart' });
  });

  it('are looked at no further where one shows other bricks than it signed for, or none', async () => {
    const false_ = await computedBy(skippedStep.on(engine));
    expect(await compared(false_, truth)).toMatchObject({ kind: 'forged', by: { peer: 'cora' } });
    const twins = new UnlikeTwins(job, { askSample: async () => undefined });
    const both = { peer: await signed('anna', truth), shadow: await signed('cora', truth) };
    expect(await twins.compare(plan, both)).toMatchObject({ kind: 'not shown', by: { peer: 'anna' } });
  });
});

describe('the bricks that are compared', () => {
  it('are all of a small shard, and one in fifty of a large one', () => {
    expect(drawBricks(12, 12 * 4096)).toEqual(Array.from({ length: 12 }, (_, brick) => brick));
    expect(drawBricks(500, 500 * 2 ** 19)).toHaveLength(10);
    expect(drawBricks(3, 3 * 2 ** 24)).toHaveLength(1);
  });

  it('are others each time, and any of them', () => {
    const drawn = Array.from({ length: 200 }, () => drawBricks(8, 8 * 2 ** 16)).flat();
    expect(new Set(drawn).size).toBe(8);
  });
});
