import { beforeEach, expect, test } from 'vitest';
import { type Belief, Divergence } from './divergence.js';

let divergence: Divergence;
beforeEach(() => {
  divergence = new Divergence();
});

const says = (owner: string, { step = 100, sealed = 0, isEnough = false } = {}): Belief =>
  divergence.hear({ owner, step, isEnough }, sealed);

/** The same, once all has been computed again. */
function saysLater(owner: string, said: Parameters<typeof says>[1] = {}): Belief {
  divergence.wentBack();
  return says(owner, said);
}

test('one owner is not believed, however often it says so', () => {
  expect([says('anna'), says('anna'), saysLater('anna'), saysLater('anna')]).toEqual([
    'new',
    'known',
    'again',
    'again',
  ]);
  expect(divergence.isBelieved).toBe(false);
});

test('two owners are, whether they say so at once or one after the other', () => {
  expect([says('anna'), says('bert'), divergence.isBelieved]).toEqual(['new', 'known', true]);
  divergence.forget();
  expect([says('anna'), saysLater('bert'), divergence.isBelieved]).toEqual(['new', 'again', true]);
});

test('so is one whose word is enough, as long as it is', () => {
  says('anna', { isEnough: true });
  expect(divergence.isBelieved).toBe(true);
  saysLater('anna');
  expect(divergence.isBelieved).toBe(false);
});

test('what was said of a state that has turned out to be finite counts no more', () => {
  says('anna');
  expect(saysLater('bert', { step: 300, sealed: 200 })).toBe('new');
  expect(divergence.isBelieved).toBe(false);
});

test('nor does what was said before somebody was found out', () => {
  says('anna');
  divergence.forget();
  expect(says('bert')).toBe('new');
});
