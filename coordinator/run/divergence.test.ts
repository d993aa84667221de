import { beforeEach, expect, test } from 'vitest';
import { type Belief, Divergence } from './divergence.js';

let divergence: Divergence;
beforeEach(() => {
  divergence = new Divergence();
});

const says = (owner: string, { step = 100, sealed = 0, granted = 1000, isEnough = false } = {}): Belief =>
  divergence.hear({ owner, step, isEnough }, { sealed, granted });

/** The same, once all has been computed again. */
function saysLater(owner: string, said: Parameters<typeof says>[1] = {}): Belief {
  divergence.wentBack();
  return says(owner, said);
}

test('one owner that says so each time that it has been computed again is alone with it', () => {
  expect([says('anna'), says('anna'), saysLater('anna'), saysLater('anna')]).toEqual([
    'new',
    'known',
    'alone',
    'alone',
  ]);
});

test('two owners are believed, once it has been computed again', () => {
  expect([says('anna'), says('bert'), saysLater('anna')]).toEqual(['new', 'known', 'believed']);
});

test('another one that finds the same later is believed', () => {
  expect([says('anna'), saysLater('anna'), saysLater('bert')]).toEqual(['new', 'alone', 'believed']);
});

test('one whose word is enough is believed the second time', () => {
  expect([says('anna', { isEnough: true }), saysLater('anna', { isEnough: true })]).toEqual([
    'new',
    'believed',
  ]);
});

test('what was said of a state that has turned out to be finite counts no more', () => {
  says('anna');
  expect(saysLater('bert', { step: 300, sealed: 200 })).toBe('new');
});

test('of steps that nobody may make yet nobody can say anything that lasts', () => {
  says('anna', { step: 1_000_000_000, granted: 150 });
  expect(saysLater('bert', { step: 300, sealed: 200 })).toBe('new');
});

test('nor does what was said before somebody was found out', () => {
  says('anna');
  divergence.forget();
  expect(says('bert')).toBe('new');
});
