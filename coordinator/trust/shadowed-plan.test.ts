import { beforeEach, expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { compareEnds } from './both-ends.js';
import { Disputes } from './disputes.js';
import { shadowedPlan } from './shadowed-plan.fixture.js';
import { SignedPlan } from './signed-plan.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import { compareTwins } from './twins.js';

const job = checkJob({
  name: 'shadowed',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
});

const plan = shadowedPlan('shadowed-1');

const hash = (digit: number) => `${digit}`.repeat(64);

interface Said {
  readonly owner?: string;
  readonly root?: string;
  readonly sent?: string;
  readonly received?: string;
}

/** What a peer signs who computed truly, unless it says something else. */
function span(peer: PeerId, shard: 0 | 1, { owner = peer, root, sent, received }: Said = {}): SignedSpan {
  const other = 1 - shard;
  return {
    peer,
    known: { party: { key: peer, owner }, key: hash(shard), numericalClass: 'one', isOwn: false },
    statement: {
      job: 'shadowed-1',
      plan: 1,
      shard,
      from: 0,
      step: 16,
      root: root ?? hash(shard + 5),
      outputs: hash(9),
      halos: [{ shard: other, sent: sent ?? hash(shard), received: received ?? hash(other) }],
    },
    digests: new Uint8Array(),
  };
}

let signed: SignedPlan;
beforeEach(() => {
  signed = new SignedPlan(job, plan);
});

function whole(...spans: SignedSpan[]): SpanGroup {
  for (const each of spans) signed.add(each);
  return signed.takeWhole() as SpanGroup;
}

test('a span is whole when the shadow has signed for it too', () => {
  expect(whole(span('anna', 0), span('bert', 1))).toBeUndefined();
  expect(signed.silent).toMatchObject({ peer: 'cora', step: 16 });
  const group = whole(span('cora', 0));
  expect([...group.byShard.values(), ...group.shadows.values()].map(({ peer }) => peer)).toEqual([
    'anna',
    'bert',
    'cora',
  ]);
});

test('a shadow that has taken over signs for its shard', () => {
  signed.add(span('bert', 1));
  signed.add(span('cora', 0));
  signed.retire('anna', 24);
  const group = signed.takeWhole();
  expect([group?.byShard.get(0)?.peer, group?.shadows.size]).toEqual(['cora', 0]);
  expect([signed.isHeldBy('anna'), signed.isSignedWhole(0), signed.isSignedWhole(1)]).toEqual([
    false,
    false,
    true,
  ]);
});

test('two who signed for the same agree, where they belong to two owners', () => {
  const { agreed, disputes } = compareTwins(whole(span('anna', 0), span('bert', 1), span('cora', 0)));
  expect([[...agreed.keys()], disputes]).toEqual([[0], []]);
  const one = whole(span('anna', 0, { owner: 'x' }), span('bert', 1), span('cora', 0, { owner: 'x' }));
  expect(compareTwins(one)).toEqual({ agreed: new Map(), disputes: [], unlike: [] });
});

test.each<Said>([{ root: hash(9) }, { sent: hash(9) }])(
  'two of whom one signed for %o are in dispute',
  (lie) => {
    const { agreed, disputes } = compareTwins(whole(span('anna', 0), span('bert', 1), span('cora', 0, lie)));
    expect([agreed.size, disputes.map(({ shadow }) => shadow.peer)]).toEqual([0, ['cora']]);
  },
);

test('two who need not have the same bits are not in dispute where these differ, and agree where they do not', () => {
  signed = new SignedPlan(job, plan, { areAlike: (a, b) => a === b });
  const other = { root: hash(9), sent: hash(8) };
  const group = whole(span('anna', 0), span('bert', 1), span('cora', 0, other));
  expect(compareEnds(job, plan, group)).toBeUndefined();
  const { agreed, disputes, unlike } = compareTwins(group, (shard) => signed.isUnlike(shard));
  expect([agreed.size, disputes, unlike.map(({ shadow }) => shadow.peer)]).toEqual([0, [], ['cora']]);
  const same = whole(span('anna', 0), span('bert', 1), span('cora', 0));
  expect([...compareTwins(same, () => true).agreed.keys()]).toEqual([0]);
});

test('what one of two of two classes sent before the other took over is not held to the bits of its heir', () => {
  signed = new SignedPlan(job, plan, { areAlike: (a, b) => a === b });
  signed.add(span('bert', 1));
  signed.add(span('cora', 0, { root: hash(9), sent: hash(8) }));
  signed.retire('anna', 24);
  const group = signed.takeWhole() as SpanGroup;
  const isHeir = (shard: number) => signed.isHeirToOthers(shard);
  expect([isHeir(0), isHeir(1)]).toEqual([true, false]);
  const isWhole = (shard: number) => signed.isSignedWhole(shard);
  expect(compareEnds(job, plan, group, isWhole, isHeir)).toBeUndefined();
  expect(compareEnds(job, plan, group, isWhole)).toMatchObject({ kind: 'unsigned halos' });
});

test.each<[PeerId, Said, string]>([
  ['cora', { sent: hash(9) }, 'other halos'],
  ['cora', { received: hash(9) }, 'other halos'],
  ['anna', { sent: hash(9) }, 'other halos'],
  ['anna', { received: hash(9) }, 'unsigned halos'],
])('once %s is gone, %o of another shard is told from what was signed: %s', (leaver, lie, kind) => {
  signed.add(span('anna', 0));
  signed.add(span('bert', 1, lie));
  signed.add(span('cora', 0));
  signed.retire(leaver, 24);
  const group = signed.takeWhole() as SpanGroup;
  expect(compareEnds(job, plan, group, (shard) => signed.isSignedWhole(shard))).toMatchObject({ kind });
});

test('a span is not vetted while two are compared by their values', () => {
  const group = whole(span('anna', 0), span('bert', 1), span('cora', 0));
  signed.hasCompared(group);
  const comparison = { peers: ['anna', 'cora'], from: 0, to: 16 };
  signed.beginsComparison(comparison);
  expect([signed.isVettedThrough(16), signed.checkedFrom, signed.isCompared('cora')]).toEqual([
    false,
    0,
    true,
  ]);
  signed.endsComparison(comparison);
  expect([signed.isVettedThrough(16), signed.checkedFrom]).toEqual([true, undefined]);
});

test('a shadow that had other halos than its shard’s peer contradicts the neighbour that sent them', () => {
  const cora = span('cora', 0, { received: hash(9) });
  const group = whole(span('anna', 0), span('bert', 1), cora);
  expect(compareEnds(job, plan, group)).toMatchObject({
    kind: 'other halos',
    by: cora,
    other: { peer: 'bert' },
  });
  expect(compareEnds(job, plan, group, () => false)).toMatchObject({ kind: 'unsigned halos' });
});

test('a dispute is over when one is found wrong; where both are right, nobody knows', () => {
  const disputes = new Disputes();
  const twins = { peer: span('anna', 0), shadow: span('cora', 0) };
  expect([disputes.begin(twins), disputes.begin(twins), disputes.concerns('cora')]).toEqual([
    true,
    false,
    true,
  ]);
  expect(disputes.held('anna')).toBeUndefined();
  expect(disputes.held('cora')).toBe(twins);
  disputes.settle('anna');
  expect(disputes.concerns('cora')).toBe(false);
});
