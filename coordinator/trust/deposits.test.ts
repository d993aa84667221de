import { beforeEach, expect, test } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import { planWithout } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { memoryStore } from '../results/sample.fixture.js';
import { Deposits } from './deposits.js';
import type { SpanGroup } from './signed-span.js';
import type { ToldCheckpoint } from './told-checkpoint.js';

/** One brick; snapshots of steps 4 and 8. */
const job = checkJob({
  name: 'stored',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 16, courant: 0.5 },
  parameters: { speed: 1 },
  outputs: { psi: { fields: ['psi'], every: 4 } },
});

/** Anna's shadow is cora. */
const plan: Plan = {
  ...{ id: 1, job: 'stored-1', from: 0, exchangeEvery: 4, epoch: 8, signed: 'spans' },
  source: { kind: 'initial' },
  shards: [{ peer: 'anna', box: boxOfShape([8, 8, 8]) }],
  shadows: [{ peer: 'cora', shard: 0 }],
};
const inherited = planWithout(plan, 'anna') as Plan;

/** What a peer signed for the whole grid. */
function signedBy(peer: PeerId): SpanGroup {
  const statement = {
    job: 'stored-1',
    plan: 1,
    shard: 0,
    from: 0,
    step: 8,
    root: '',
    outputs: '',
    halos: [],
  };
  const known = { party: { key: peer, owner: peer }, key: peer, numericalClass: 'one', isOwn: false };
  const span = { peer, known, statement, digests: new Uint8Array(32).fill(1) };
  return { step: 8, byShard: new Map([[0, span]]), shadows: new Map() };
}

/** The one brick lies in the store, or so a peer says. */
const told: ToldCheckpoint = {
  step: 8,
  bricks: [{ brick: [0, 0, 0], place: '8-1-1', held: undefined }],
};

let deposits: Deposits;
/** Whether anna and cora round differently. */
let areUnlike: boolean;
let found: Promise<string>;
beforeEach(() => {
  areUnlike = false;
  found = new Promise((resolve, reject) => {
    deposits = new Deposits(job, {
      parties: { isChecked: () => true },
      checker: { inTurn: (look) => look() },
      store: memoryStore(),
      isUnlike: () => areUnlike,
      log: () => {},
      isWaiting: () => false,
      misstored: ({ peer }, _, right) => resolve(`${peer} lied after step ${right}`),
      spoilt: (teller, _, right) => resolve(`what ${teller} stored is of no use after step ${right}`),
      progressed: () => resolve('all is right'),
      failed: reject,
    });
    deposits.keeps(8);
  });
});

test('who signed for what it stored otherwise has lied', async () => {
  deposits.checkpointed(plan, 'anna', told);
  deposits.compared(plan, signedBy('anna'));
  expect(await found).toBe('anna lied after step 0');
});

test('an heir is not to blame for bricks that the peer before it stored', async () => {
  deposits.checkpointed(plan, 'anna', told);
  deposits.compared(inherited, signedBy('cora'));
  expect(await found).toBe('what anna stored is of no use after step 0');
});

test('nor is who signed, and died, for what its heir stores', async () => {
  deposits.compared(plan, signedBy('anna'));
  deposits.checkpointed(inherited, 'cora', told);
  expect(await found).toBe('what cora stored is of no use after step 0');
});

test('nor for snapshots of which one was stored by either', async () => {
  deposits.stored(plan, 'anna', 4);
  deposits.compared(inherited, signedBy('cora'));
  deposits.stored(inherited, 'cora', 8);
  expect(await found).toBe('what anna stored is of no use after step 0');
});

test('of bricks that one stored and another signed for who rounds differently nothing is said, nor sealed', () => {
  areUnlike = true;
  deposits.checkpointed(plan, 'anna', told);
  deposits.compared(inherited, signedBy('cora'));
  expect([deposits.isClearThrough(8), deposits.signedFor(8)]).toEqual([true, undefined]);
});

test('what was signed before the run went back is not sealed', () => {
  deposits.compared(plan, signedBy('anna'));
  deposits.checkpointed(plan, 'anna', told);
  expect(deposits.signedFor(8)?.size).toBe(1);
  deposits.clear();
  expect(deposits.signedFor(8)).toBeUndefined();
});
