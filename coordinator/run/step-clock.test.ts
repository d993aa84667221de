import { expect, test } from 'vitest';
import { StepClock } from './step-clock.js';

test('steps are timed within one plan, over the last seconds', () => {
  const clock = new StepClock();
  expect(clock.now).toBeUndefined();
  clock.begin(0.1);
  clock.reached(8, 100);
  expect(clock.now).toEqual({ predicted: 0.1, measured: null });
  clock.reached(16, 101);
  clock.reached(24, 103);
  expect(clock.now?.measured).toBeCloseTo(3 / 16);
  for (let second = 1; second <= 20; second++) clock.reached(24 + 10 * second, 103 + second);
  expect(clock.now?.measured).toBeCloseTo(0.1);
});

test('the whole run counts steps of all plans, and no time between them', () => {
  const clock = new StepClock();
  clock.begin(0.1);
  clock.reached(0, 0);
  clock.reached(10, 2);
  clock.begin(0.3);
  clock.reached(10, 60);
  clock.reached(20, 64);
  expect(clock.overall?.predicted).toBeCloseTo(0.2);
  expect(clock.overall?.measured).toBeCloseTo(0.3);
  clock.pause();
  expect(clock.now).toBeUndefined();
});

test('what is more is told, but not what a plan took to begin', () => {
  const clock = new StepClock();
  expect(clock.reached(4, 90)).toBeUndefined();
  clock.begin(0.1);
  expect(clock.reached(8, 100)).toBeUndefined();
  expect(clock.reached(16, 101)).toEqual({ steps: 8, seconds: 1 });
  expect(clock.reached(16, 102)).toBeUndefined();
});
