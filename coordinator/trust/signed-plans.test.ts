import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { Plan } from '../../core/protocol/plan.js';
import { compareEnds } from './both-ends.js';
import { SignedPlan } from './signed-plan.js';
import { SignedPlans } from './signed-plans.js';
import type { SignedSpan } from './signed-span.js';
import { spanPause } from './span-length.js';

const job = checkJob({
  name: 'signed',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
  outputs: { end: { fields: ['psi'], every: 'end' } },
});

const peers = ['anna', 'bert'];

const planFrom = (id: number, from: number): Plan => ({
  id,
  job: 'signed-1',
  from,
  source: { kind: 'initial' },
  exchangeEvery: 8,
  epoch: 8,
  signed: 'spans',
  shards: [
    { peer: 'anna', box: { lo: [0, 0, 0], hi: [8, 16, 16] } },
    { peer: 'bert', box: { lo: [8, 0, 0], hi: [16, 16, 16] } },
  ],
});

/** What a shard's peer signs where both ends agree, unless it says that it sent something else. */
function span(shard: 0 | 1, from: number, step: number, sent = hash(shard)): SignedSpan {
  const other = 1 - shard;
  return {
    peer: peers[shard] as string,
    known: {
      party: { key: hash(shard), owner: 'a test' },
      key: hash(shard),
      numericalClass: 'one',
      isOwn: false,
    },
    statement: {
      job: 'signed-1',
      plan: 1,
      shard,
      from,
      step,
      root: hash(0),
      outputs: 'b'.repeat(64),
      halos: [{ shard: other, sent, received: hash(other) }],
    },
    digests: new Uint8Array(),
  };
}

const hash = (digit: number) => `${digit}`.repeat(64);

let plans: SignedPlans;
let first: SignedPlan;
beforeEach(() => {
  plans = new SignedPlans();
  first = new SignedPlan(job, planFrom(1, 0));
  plans.add(first);
});

afterEach(() => {
  vi.useRealTimers();
});

test('spans are compared in the order in which they were computed, each when all have signed', () => {
  for (const shard of [0, 1] as const) first.add(span(shard, 16, 32));
  first.add(span(0, 0, 16));
  expect(first.takeWhole()).toBeUndefined();
  expect(plans.silent).toMatchObject({ peer: 'bert', step: 16 });
  first.add(span(1, 0, 16));
  for (const step of [16, 32]) {
    const group = first.takeWhole();
    expect(group?.step).toBe(step);
    if (group) first.hasCompared(group);
  }
  expect(plans.silent).toBeUndefined();
});

test('a peer is silent since it is the only one that has not signed', () => {
  const three: Plan = { ...planFrom(1, 0), shadows: [{ peer: 'cora', shard: 0 }] };
  const signed = new SignedPlan(job, three);
  vi.useFakeTimers({ now: 1000 });
  signed.add(span(0, 0, 16));
  vi.setSystemTime(9000);
  signed.add({ ...span(0, 0, 16), peer: 'cora' });
  expect(signed.silent).toEqual({ peer: 'bert', step: 16, since: 9000 });
});

test('a step is vetted when all up to there is compared, and no check of it is under way', () => {
  first.hasCompared({ step: 16, byShard: new Map(), shadows: new Map() });
  first.beginsCheck('bert', 8, 16);
  expect(plans.isVettedThrough(8)).toBe(true);
  expect(plans.isVettedThrough(16)).toBe(false);
  expect(plans.vettedThrough).toBe(8);
  expect([plans.owes('anna'), plans.owes('bert')]).toEqual([false, true]);
  first.endsCheck('bert', 16);
  expect(plans.isVettedThrough(16)).toBe(true);
  expect(plans.vettedThrough).toBe(16);
});

test('a plan that others took over from is held to its signatures up to there, and forgotten after', () => {
  for (const [id, from] of [
    [2, 16],
    [3, 32],
  ] as const)
    plans.add(new SignedPlan(job, planFrom(id, from)));
  expect(plans.owes('anna')).toBe(true);
  plans.forgetOver();
  expect(plans.of(1)).toBe(first);
  first.hasCompared({ step: 16, byShard: new Map(), shadows: new Map() });
  plans.forgetOver();
  expect(plans.of(1)).toBeUndefined();
});

test('a plan that an unsigned one took over from is held to its signatures up to there, and to nothing beyond', () => {
  for (const from of [16, 32]) plans.takenOver(from);
  expect([plans.owes('anna'), plans.isVettedThrough(800), plans.vettedThrough]).toEqual([true, false, 0]);
  first.hasCompared({ step: 16, byShard: new Map(), shadows: new Map() });
  expect([plans.owes('anna'), plans.isVettedThrough(800), plans.vettedThrough]).toEqual([
    false,
    true,
    undefined,
  ]);
});

test('two neighbours that signed for different halos contradict one another', () => {
  const group = (...spans: SignedSpan[]) => ({
    step: 16,
    byShard: new Map(spans.map((each) => [each.statement.shard, each])),
    shadows: new Map(),
  });
  const plan = planFrom(1, 0);
  const [anna, bert] = [span(0, 0, 16), span(1, 0, 16)];
  expect(compareEnds(job, plan, group(anna, bert))).toBeUndefined();
  const liar = span(1, 0, 16, hash(9));
  expect(compareEnds(job, plan, group(anna, liar))).toEqual({ kind: 'other halos', by: liar, other: anna });
  const alone = { ...bert, statement: { ...bert.statement, halos: [] } };
  expect(compareEnds(job, plan, group(anna, alone))).toMatchObject({ kind: 'other halos', by: anna });
  expect(compareEnds(job, plan, group(alone, anna))).toEqual({ kind: 'other neighbours', by: alone });
});

test('spans of a large shard begin short, and are longest where all are trusted', () => {
  const sizes = { state: 42e6, halos: 1e6 };
  const lasting = (before: number, areTrusted: boolean) => spanPause(sizes, before, areTrusted);
  expect([0, 500, 1000, 2000, 60_000].map((before) => lasting(before, false))).toEqual([
    500, 500, 1000, 2000, 4200,
  ]);
  expect(lasting(60_000, true)).toBe(10_500);
  expect(spanPause({ state: 1e5, halos: 1e4 }, 60_000, true)).toBe(500);
});
