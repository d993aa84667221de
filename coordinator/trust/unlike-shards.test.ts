import { beforeEach, expect, test } from 'vitest';
import { type Box, boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import { planExchange } from '../../core/peer/exchange.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { brickDigests, stateCells } from '../../core/witness/digests.js';
import { writeEvidence } from '../../core/witness/evidence.js';
import { writeSample } from '../../core/witness/sample.js';
import { digest } from './checker.js';
import { SignedPlan } from './signed-plan.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import { spanSizes } from './span-length.js';
import { UnlikeShards } from './unlike-shards.js';

const job = checkJob({
  name: 'unlike',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 16, courant: 0.5 },
  parameters: { speed: 1 },
});
const box = boxOfShape([8, 8, 8]);

/** One shard: cora, who rounds otherwise, is anna's shadow. */
const plan: Plan = {
  ...{ id: 1, job: 'unlike-1', from: 0, exchangeEvery: 8, epoch: 8, signed: 'spans' },
  source: { kind: 'initial' },
  shards: [{ peer: 'anna', box }],
  shadows: [{ peer: 'cora', shard: 0 }],
};

const state = (louder: number) =>
  Float32Array.from({ length: stateCells(job, box) }, (_, cell) => louder * Math.sin(cell));

async function signedBy(peer: PeerId, cells: Float32Array): Promise<SignedSpan> {
  return {
    peer,
    known: { party: { key: peer, owner: peer }, key: peer, numericalClass: peer, isOwn: false },
    statement: {
      ...{ job: 'unlike-1', plan: 1, shard: 0, from: 0, step: 16, root: peer, outputs: '' },
      halos: [],
    },
    digests: await brickDigests(job, box, cells, digest),
  };
}

let signed: SignedPlan;
let said: string[];
beforeEach(() => {
  signed = new SignedPlan(job, plan, { areAlike: () => false });
  said = [];
});

/** Anna and cora have come to states that are so many times as loud as one another; anna shows hers when she is told to, or is gone. */
async function comparing(ratio: number) {
  const states = { anna: state(1), cora: state(ratio) };
  let show: (isThere: boolean) => void = () => {};
  const shown = new Promise<boolean>((resolve) => {
    show = resolve;
  });
  const twins = { peer: await signedBy('anna', states.anna), shadow: await signedBy('cora', states.cora) };
  for (const span of [twins.peer, twins.shadow]) signed.add(span);
  const group = signed.takeWhole() as SpanGroup;
  const finished = new Promise<void>((resolve, reject) => {
    const shards = new UnlikeShards(job, {
      asking: {
        ask: async (peer) => {
          said.push(`${peer} is asked for halos`);
          return writeEvidence({ received: [[], []], outcome: { sent: [[], []], end: states.cora } });
        },
        askSample: async (peer, _, bricks) => {
          const isThere = peer !== 'anna' || (await shown);
          return isThere ? writeSample(job, box, states[peer as keyof typeof states], bricks) : undefined;
        },
      },
      log: () => {},
      stands: () => true,
      near: (_signed, _twins, share) => said.push(`near in ${share} of all bricks`),
      apart: () => said.push('apart'),
      otherHalos: () => said.push('other halos'),
      forged: () => said.push('forged'),
      notShown: () => said.push('not shown'),
      progressed: resolve,
      failed: reject,
    });
    shards.compare(signed, group, [twins]);
  });
  signed.hasCompared(group);
  return { show, finished };
}

test.each([
  [1 + 1e-6, 'near in 1 of all bricks'],
  [1.01, 'apart'],
])(
  'of two states, one %d times as loud as the other, it is said: %s; until then the span is not vetted',
  async (ratio, words) => {
    const { show, finished } = await comparing(ratio);
    expect(signed.isVettedThrough(16)).toBe(false);
    show(true);
    await finished;
    expect([said, signed.isVettedThrough(16)]).toEqual([[words], true]);
  },
);

test('a peer that is gone before it shows anything is not waited for: its heir shows what it would have sent', async () => {
  const { show, finished } = await comparing(1.01);
  signed.retire('anna', 24);
  show(false);
  await finished;
  expect([said, signed.isVettedThrough(16)]).toEqual([['cora is asked for halos'], true]);
});

test('a shadow that is gone leaves what its peer did unseen', async () => {
  const { show, finished } = await comparing(1.01);
  signed.retire('cora', 24);
  show(true);
  await finished;
  expect(said).toEqual(['near in 0 of all bricks']);
});

test('a neighbour whose shard is too large to be shown is not asked for the halos of a peer that is gone', async () => {
  const wide = checkJob({
    name: 'wide',
    model: 'wave',
    grid: { shape: [24, 8, 8], spacing: 1, brick: 8 },
    time: { steps: 16, courant: 0.5 },
    parameters: { speed: 1 },
  });
  const [left, right]: [Box, Box] = [box, { lo: [8, 0, 0], hi: [24, 8, 8] }];
  const beside = { ...plan, job: 'wide-1', shards: [...plan.shards, { peer: 'bert', box: right }] };
  const small = await signedBy('cora', state(1));
  const large: SignedSpan = {
    ...small,
    peer: 'bert',
    statement: { ...small.statement, shard: 1, halos: [{ shard: 0, sent: '', received: '' }] },
  };
  const { incoming, outgoing } = planExchange(wide, beside, 0);
  const silence = (parcels: typeof incoming) =>
    [0, 8].map(() => parcels.map(({ cells }) => new Float32Array(cells)));
  const asked: PeerId[] = [];
  const heirs = async (limit: number) => {
    const own = new SignedPlan(wide, beside, { areAlike: () => false, limit });
    own.retire('anna', 24);
    const group: SpanGroup = {
      step: 16,
      byShard: new Map([
        [0, small],
        [1, large],
      ]),
      shadows: new Map(),
    };
    asked.length = 0;
    const shards = new UnlikeShards(wide, {
      asking: {
        ask: async (peer) => {
          asked.push(peer);
          if (peer === 'bert') return undefined;
          const end = new Float32Array(stateCells(wide, left));
          return writeEvidence({ received: silence(incoming), outcome: { sent: silence(outgoing), end } });
        },
        askSample: async () => undefined,
      },
      log: () => {},
      stands: () => true,
      near: () => {},
      apart: () => {},
      otherHalos: () => {},
      forged: () => {},
      notShown: ({ peer }) => asked.push(`${peer} has not shown`),
      progressed: () => {},
      failed: (error) => {
        throw error;
      },
    });
    shards.compare(own, group, []);
    await shards.close();
    return [...asked];
  };
  expect(await heirs(1e9)).toEqual(['cora', 'bert', 'bert has not shown']);
  const { state: largest } = spanSizes(wide, beside);
  expect(await heirs(2 * largest)).toEqual(['cora']);
});
