import { beforeEach, expect, test } from 'vitest';
import { type Belief, Divergence } from './divergence.js';

let divergence: Divergence;
beforeEach(() => {
  divergence = new Divergence();
});

const says = (owner: string, plan: number, { step = 100, sealed = 0, isEnough = false } = {}): Belief =>
  divergence.hear({ owner, plan, step, isEnough }, sealed);

test('one owner that says so under each plan is alone with it', () => {
  expect([says('anna', 1), says('anna', 1), says('anna', 2), says('anna', 3)]).toEqual([
    'new',
    'known',
    'alone',
    'alone',
  ]);
});

test('two owners are believed, once it has been computed again', () => {
  expect([says('anna', 1), says('bert', 1), says('anna', 2)]).toEqual(['new', 'known', 'believed']);
});

test('another one that finds the same later is believed', () => {
  expect([says('anna', 1), says('anna', 2), says('bert', 3)]).toEqual(['new', 'alone', 'believed']);
});

test('one whose word is enough is believed the second time', () => {
  expect([says('anna', 1, { isEnough: true }), says('anna', 2, { isEnough: true })]).toEqual([
    'new',
    'believed',
  ]);
});

test('what was said of a state that has turned out to be finite counts no more', () => {
  says('anna', 1);
  expect(says('bert', 2, { step: 300, sealed: 200 })).toBe('new');
});

test('nor does what was said before somebody was found out', () => {
  says('anna', 1);
  divergence.forget();
  expect(says('bert', 2)).toBe('new');
});
