import { expect, it } from 'vitest';
import { HeldUp } from './held-up.js';

it('whoever holds a second member up does so too often, and nobody else', () => {
  const heldUp = new HeldUp();
  const counted = ['mallory', 'anna', 'mallory', 'mallory'].map((key) => heldUp.heldUp(key));
  expect(counted).toEqual([false, false, true, false]);
  expect([heldUp.isTooOften('mallory'), heldUp.isTooOften('anna')]).toEqual([true, false]);
});
