import { afterAll, expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Asking } from './asking.js';
import { Checker } from './checker.js';
import { EvidenceDesk } from './evidence-desk.js';
import { newParties } from './parties.fixture.js';
import { Rulings } from './rulings.js';
import { shadowedPlan } from './shadowed-plan.fixture.js';
import { SignedBricks } from './signed-bricks.js';
import { SignedPlan } from './signed-plan.js';
import type { SignedSpan } from './signed-span.js';
import { Trials } from './trials.js';

const job = checkJob({
  name: 'tried',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
});
const plan = shadowedPlan('tried-1');

/** Of half the grid nothing can be shown. */
const LIMIT = 10_000;

const checker = new Checker(() => createWasmEngine());
const parties = newParties('a room');
afterAll(() => checker.close());

/** Each is of a numerical class of its own. */
const spanOf = (peer: PeerId): SignedSpan => ({
  peer,
  known: { party: { key: peer, owner: peer }, key: peer, numericalClass: peer, isOwn: false },
  statement: { job: plan.job, plan: 1, shard: 0, from: 0, step: 16, root: peer, outputs: '', halos: [] },
  digests: new Uint8Array(),
});

test.each([
  [true, [], true],
  [false, [['anna', 'cora']], false],
])(
  'two of two classes that are apart in a shard too large to be shown, while the field is said to be infinite: %s; doubted are %j',
  async (isInDoubt, expected, areComparable) => {
    const doubted: (PeerId | undefined)[][] = [];
    const failures: unknown[] = [];
    const desk = new EvidenceDesk(LIMIT);
    const trials = new Trials(plan.job, job, {
      asking: new Asking(job, desk, () => {}),
      bricks: new SignedBricks(job),
      rulings: new Rulings(parties, {
        foundOut: (peer) => doubted.push([peer]),
        doubtful: (peer, _, other) => doubted.push([peer, other]),
        unclear: () => {},
        spoilt: () => {},
        progressed: () => {},
      }),
      court: { numericalClass: async () => 'one', judge: async () => undefined },
      store: { get: async () => undefined },
      checker,
      limit: LIMIT,
      log: () => {},
      stands: () => true,
      failed: (error) => failures.push(error),
      whenStored: async () => {},
      isInDoubt: () => isInDoubt,
      isWaiting: () => false,
    });
    const signed = new SignedPlan(job, plan, { areAlike: () => false, limit: LIMIT });
    trials.dispute(signed, { peer: spanOf('anna'), shadow: spanOf('cora') });
    expect(trials.concern('anna')).toBe(true);
    await trials.close();
    expect(failures).toEqual([]);
    expect([doubted, trials.areClassesComparable, trials.concern('anna')]).toEqual([
      expected,
      areComparable,
      false,
    ]);
  },
);
