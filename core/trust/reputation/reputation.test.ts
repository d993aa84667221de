import { describe, expect, it } from 'vitest';
import { boxOfShape, contains } from '../../grid/box.js';
import { brickBox } from '../../grid/bricks.js';
import type { Grid } from '../../grid/grid.js';
import { Ledger } from './ledger.js';
import { Reputation, reputationSchema } from './reputation.js';
import { keepsPromise, Selection } from './selection.js';
import { FLOOR, NEWCOMER_CHECKS } from './standing.js';

const ann = { key: 'a', owner: 'ann' };
const times = (count: number, act: () => void) => {
  for (let n = 0; n < count; n += 1) act();
};

describe('how often a key is checked', () => {
  it('a newcomer always, then ever less often, down to the floor', () => {
    const reputation = new Reputation();
    for (let good = 0; good < 200; good += 1) {
      const expected = good < NEWCOMER_CHECKS ? 1 : Math.max(FLOOR, 1 / good);
      expect(reputation.chanceOfCheck(ann)).toBe(expected);
      reputation.record(ann, 'good');
    }
  });

  it('always again after one bad result', () => {
    const reputation = new Reputation();
    times(60, () => reputation.record(ann, 'good'));
    reputation.record(ann, 'bad');
    expect(reputation.chanceOfCheck(ann)).toBe(1);
    expect(reputation.standing('a')).toEqual({ kind: 'trusted so far', good: 0 });
  });

  it('fifty new keys are fifty newcomers, whether their owner is known or not', () => {
    const reputation = new Reputation();
    times(100, () => reputation.record(ann, 'good'));
    for (let n = 0; n < 50; n += 1) {
      expect(reputation.chanceOfCheck({ key: `sybil${n}`, owner: 'ann' })).toBe(1);
      expect(reputation.chanceOfCheck({ key: `sybil${n}`, owner: `owner${n}` })).toBe(1);
    }
  });

  it('a liar is quarantined for good, and its owner’s other keys are newcomers', () => {
    const reputation = new Reputation();
    const other = { key: 'b', owner: 'ann' };
    times(40, () => {
      reputation.record(ann, 'good');
      reputation.record(other, 'good');
    });
    reputation.record(ann, 'lied');
    reputation.record(ann, 'good');
    expect(reputation.standing('a')).toEqual({ kind: 'quarantined' });
    expect(reputation.standing('b')).toEqual({ kind: 'trusted so far', good: 40 });
    expect(reputation.chanceOfCheck(other)).toBe(1);
  });
});

it('what is known of keys and owners outlives the process as JSON', () => {
  const reputation = new Reputation();
  times(20, () => reputation.record(ann, 'good'));
  reputation.record({ key: 'l', owner: 'liar' }, 'lied');
  const again = Reputation.from(reputationSchema.parse(JSON.parse(JSON.stringify(reputation.export()))));
  expect(again.standing('l')).toEqual({ kind: 'quarantined' });
  expect(again.chanceOfCheck(ann)).toBe(1 / 20);
  expect(again.chanceOfCheck({ key: 'new', owner: 'ann' })).toBe(1);
});

it('a crowd of new keys pushes no quarantine out', () => {
  const reputation = new Reputation();
  reputation.record(ann, 'lied');
  times(5000, () => reputation.record({ key: `k${Math.random()}`, owner: 'crowd' }, 'good'));
  const { keys } = reputation.export();
  expect(keys[0]).toEqual(['a', 'quarantined']);
  expect(keys.length).toBeLessThan(5000);
});

describe('what is checked', () => {
  const grid: Grid = {
    shape: [32, 32, 32],
    dimensions: 3,
    brick: [16, 16, 16],
    periodic: [false, false, false],
  };
  const shard = boxOfShape([16, 32, 32]);
  const secret = new Uint8Array(32).fill(9);
  const selection = new Selection(secret);

  it('is as likely as was asked for, and the same for the same secret', () => {
    const drawn = Array.from({ length: 4000 }, (_, step) =>
      selection.checks({ plan: 1, shard: 0, step }, 0.1),
    );
    const share = drawn.filter(Boolean).length / drawn.length;
    expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
    expect(new Selection(secret).checks({ plan: 1, shard: 0, step: 7 }, 0.1)).toBe(drawn[7]);
    expect(drawn.slice(0, 64)).not.toEqual(
      Array.from({ length: 64 }, (_, step) =>
        new Selection(new Uint8Array(32)).checks({ plan: 1, shard: 0, step }, 0.1),
      ),
    );
  });

  it('may be any tile of the shard', () => {
    const seen = new Set<string>();
    for (let step = 0; step < 300; step += 1) {
      const { brick, box } = selection.tile(grid, shard, { plan: 1, shard: 0, step });
      expect(contains(brickBox(grid, brick), box) && contains(shard, box)).toBe(true);
      seen.add(String(box.lo));
    }
    expect(seen.size).toBe(32);
  });

  it('can be gone over afterwards by whoever has the promise', () => {
    expect(keepsPromise(selection.promise, secret)).toBe(true);
    expect(keepsPromise(selection.promise, new Uint8Array(32))).toBe(false);
  });
});

describe('credit', () => {
  it('is for work that stands, and none for what was rolled back or was a liar’s', () => {
    const ledger = new Ledger();
    ledger.note(ann, 10, 100);
    ledger.note(ann, 20, 100);
    ledger.note({ key: 'l', owner: 'liar' }, 20, 500);
    expect(ledger.export().credits).toEqual([]);
    ledger.stands(10);
    ledger.void(10, 'l');
    ledger.stands(20);
    ledger.note(ann, 30, 7);
    ledger.void(20);
    ledger.stands(30);
    expect(ledger.export()).toEqual({ version: 1, credits: [{ ...ann, cellUpdates: 200 }] });
  });

  it('outlives the process as JSON', () => {
    const ledger = new Ledger();
    ledger.note(ann, 1, 5);
    ledger.stands(1);
    const again = Ledger.from(JSON.parse(JSON.stringify(ledger.export())));
    again.note(ann, 2, 6);
    again.stands(2);
    expect(again.export().credits).toEqual([{ ...ann, cellUpdates: 11 }]);
    expect(() =>
      Ledger.from({ version: 1, credits: [{ key: 'a', owner: 'ann', cellUpdates: -1 }] }),
    ).toThrow();
  });
});
