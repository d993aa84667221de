import { expect, test } from 'vitest';
import type { Plan } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import { type Acquaintance, pairUp } from './pairs.js';

/** Named by class, owner and rate: `wasm a 5`. */
function peer(name: string): Member {
  const [, owner, rate] = name.split(' ');
  return {
    ...{ id: name, name, kind: 'node', owner: owner as string, nonce: '' },
    ability: { engine: 'wasm', device: '', memory: 1, rate: Number(rate) },
    roundTrip: () => undefined,
    isAway: () => false,
    send: () => {},
    allow: () => {},
    dismiss: () => {},
  };
}

const knowing = (areComparable: boolean, areShown: boolean): Acquaintance => ({
  classOf: ({ id }) => id.split(' ')[0],
  chanceOfCheck: () => 1,
  areComparable: () => areComparable,
  areShownBy: () => areShown,
});

const paired = (names: readonly string[], areComparable = true, plan?: Plan, areShown = true) =>
  pairUp(names.map(peer), knowing(areComparable, areShown), plan).map(({ peer: own, shadow }) => [
    own.id,
    shadow?.id,
  ]);

test('pairs are of one class where they can be, and of two owners', () => {
  expect(paired(['wasm a 5', 'gpu a 9', 'wasm b 4', 'gpu b 8'])).toEqual([
    ['gpu a 9', 'gpu b 8'],
    ['wasm a 5', 'wasm b 4'],
  ]);
  expect(paired(['wasm a 5', 'wasm a 4', 'wasm b 3'])[0]).toEqual(['wasm a 5', 'wasm b 3']);
});

test('whoever finds nobody of its class is paired with somebody of another, after all others have been', () => {
  expect(paired(['gpu a 9', 'wasm a 5', 'wasm b 4', 'wasm b 3'])).toEqual([
    ['wasm a 5', 'wasm b 4'],
    ['gpu a 9', 'wasm b 3'],
  ]);
});

test('and stays alone where two classes cannot be held to each other', () => {
  expect(paired(['gpu a 9', 'wasm a 5'], false)).toEqual([
    ['gpu a 9', undefined],
    ['wasm a 5', undefined],
  ]);
});

const box = { lo: [0, 0, 0], hi: [8, 8, 8] } as const;
const planOf = (peer: string, shadow: string): Plan => ({
  ...{ id: 1, job: 'paired-1', from: 0, source: { kind: 'initial' }, exchangeEvery: 1, epoch: 1 },
  shards: [{ peer, box }],
  shadows: [{ peer: shadow, shard: 0 }],
});

test('pairs of the plan under way stay together', () => {
  const plan = planOf('gpu a 9', 'wasm b 4');
  expect(paired(['gpu a 9', 'gpu b 8', 'wasm a 5', 'wasm b 4'], true, plan)).toEqual([
    ['gpu a 9', 'wasm b 4'],
    ['gpu b 8', 'wasm a 5'],
  ]);
});

test('of shards too large to be shown, another owner comes before the same class, and one’s own is better than nobody', () => {
  const four = ['gpu a 9', 'gpu a 8', 'wasm b 5', 'wasm b 4'];
  const byClass = [
    ['gpu a 9', 'gpu a 8'],
    ['wasm b 5', 'wasm b 4'],
  ];
  const byOwner = [
    ['gpu a 9', 'wasm b 5'],
    ['gpu a 8', 'wasm b 4'],
  ];
  expect(paired(four)).toEqual(byClass);
  expect(paired(four, true, undefined, false)).toEqual(byOwner);
  expect(paired(four, false, undefined, false)).toEqual(byClass);
  const plan = planOf('gpu a 9', 'gpu a 8');
  expect(paired(four, true, plan)).toEqual(byClass);
  expect(paired(four, true, plan, false)).toEqual(byOwner);
});
