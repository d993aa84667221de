import { expect, it } from 'vitest';
import { Allowance } from './allowance.js';

it('An allowance gives a burst at once, then only its rate, and never saves up more than a burst', () => {
  let now = 0;
  const allowance = new Allowance(3, 10, () => now);
  expect([1, 1, 1, 1].map((cost) => allowance.take(cost))).toEqual([true, true, true, false]);
  now += 100;
  expect([1, 1].map((cost) => allowance.take(cost))).toEqual([true, false]);
  now += 60_000;
  expect([3, 1].map((cost) => allowance.take(cost))).toEqual([true, false]);
});

it('What is given back to an allowance can be taken again, up to its burst', () => {
  const allowance = new Allowance(3, 10, () => 0);
  allowance.take(3);
  allowance.give(2);
  expect([2, 1].map((cost) => allowance.take(cost))).toEqual([true, false]);
  allowance.give(100);
  expect([3, 1].map((cost) => allowance.take(cost))).toEqual([true, false]);
});
