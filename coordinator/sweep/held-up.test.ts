import { expect, it } from 'vitest';
import { HeldUp } from './held-up.js';

it('whoever holds a second member up does so too often, and nobody else', () => {
  const heldUp = new HeldUp();
  const counted = ['mallory', 'anna', 'mallory', 'mallory'].map((key) => heldUp.heldUp(key, true));
  expect(counted).toEqual([false, false, true, false]);
});

it('one of another class than those whom it holds up may do so more often, but not for ever', () => {
  const heldUp = new HeldUp();
  const counted = Array.from({ length: 9 }, () => heldUp.heldUp('slow', false));
  expect(counted.indexOf(true)).toBe(7);
  expect(counted.filter(Boolean)).toHaveLength(1);
});

it('is forgotten when something stands that it made', () => {
  const heldUp = new HeldUp();
  heldUp.heldUp('anna', true);
  heldUp.forget('anna');
  expect(heldUp.heldUp('anna', true)).toBe(false);
});
