import { beforeEach, describe, expect, test } from 'vitest';
import type { PeerId } from '../../core/protocol/plan.js';
import { INFINITE } from './case.js';
import { newParties } from './parties.fixture.js';
import type { Parties } from './parties.js';
import { Rulings } from './rulings.js';
import { shadowedPlan } from './shadowed-plan.fixture.js';
import type { SignedSpan } from './signed-span.js';

const plan = shadowedPlan('ruled-1');
const hash = '0'.repeat(64);

function span(peer: PeerId, step: number): SignedSpan {
  return {
    peer,
    known: { party: { key: peer, owner: peer }, key: hash, numericalClass: 'one', isOwn: false },
    statement: {
      ...{ job: plan.job, plan: 1, shard: 0, from: step - 16, step, root: hash, outputs: hash, halos: [] },
    },
    digests: new Uint8Array(),
  };
}

let parties: Parties;
let rulings: Rulings;
let heard: unknown[];
beforeEach(() => {
  parties = newParties('a room');
  heard = [];
  rulings = new Rulings(parties, {
    foundOut: (peer, _, right) => heard.push({ foundOut: peer, right }),
    doubtful: (peer, _, other) => heard.push({ doubtful: peer, other }),
    unclear: () => heard.push('unclear'),
    spoilt: () => {},
    progressed: () => {},
  });
  rulings.follow(plan);
});

const holds = { verdict: { kind: 'holds' }, by: 'coordinator' } as const;
const lied = (isSignedFalse: boolean) =>
  ({ verdict: { kind: 'lied', why: 'it is false', isSignedFalse }, by: 'coordinator' }) as const;

/** Whether every span of a peer is checked, as a newcomer's is. */
const isNew = (peer: PeerId) =>
  Array.from({ length: 300 }, (_, step) =>
    parties.isChecked(span(peer, 16).known.party, { plan: 1, shard: 0, step }),
  ).every((drawn) => drawn);

function areKnown(...peers: PeerId[]) {
  for (const peer of peers)
    for (let good = 0; good < 50; good++) parties.record(span(peer, 16).known.party, 'good');
}

describe('of two who signed for the same', () => {
  test('a check of one is a check of both', () => {
    rulings.verdict(span('anna', 32), holds, span('cora', 32));
    expect([rulings.surelyRight(['anna', 'cora']), rulings.surelyRight(['bert'])]).toEqual([32, 0]);
    for (let step = 48; step < 48 + 10 * 16; step += 16)
      rulings.verdict(span('anna', step), holds, span('cora', step));
    expect([isNew('anna'), isNew('cora')]).toEqual([false, false]);
  });

  test('both are shut out where that is false, and the run goes back to what was checked of both', () => {
    rulings.verdict(span('anna', 16), holds);
    rulings.verdict(span('anna', 32), lied(true), span('cora', 32));
    expect(heard).toEqual([
      { foundOut: 'anna', right: 0 },
      { foundOut: 'cora', right: 0 },
    ]);
  });

  test('one that shows something else than it signed for is shut out alone', () => {
    rulings.verdict(span('anna', 32), lied(false), span('cora', 32));
    expect(heard).toEqual([{ foundOut: 'anna', right: 0 }]);
  });
});

test('whoever does not show what it signed for is a newcomer again, and is not shut out', () => {
  areKnown('anna');
  expect(isNew('anna')).toBe(false);
  rulings.notShown(span('anna', 16));
  expect([isNew('anna'), heard]).toEqual([true, [{ doubtful: 'anna', other: undefined }]]);
});

test.each([
  ['infinite', [false, false, []]],
  ['open', [true, true, [{ doubtful: 'anna', other: 'cora' }]]],
] as const)(
  'two who differ in what is %s, in a shard too large to be shown, are newcomers again, and doubted: %j',
  (kind, expected) => {
    areKnown('anna', 'cora');
    const twins = { peer: span('anna', 16), shadow: span('cora', 16) };
    rulings.bisected(twins, kind === 'infinite' ? INFINITE : { kind, why: 'a test' });
    expect([isNew('anna'), isNew('cora'), heard]).toEqual(expected);
  },
);

test('halos that nobody has signed for any more are blamed on nobody who is here', () => {
  areKnown('anna', 'bert');
  rulings.contradiction({ kind: 'unsigned halos', by: span('anna', 16), other: span('bert', 16) });
  expect([isNew('anna'), isNew('bert'), heard]).toEqual([false, false, ['unclear']]);
});
