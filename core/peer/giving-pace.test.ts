import { expect, test } from 'vitest';
import { COPY_SHARE, GivingPace } from './giving-pace.js';

/** Gives for so many seconds, by timers so coarse; gives how many parts went. */
function given(seconds: number, takes: (part: number) => number, timer = 0): number {
  const pace = new GivingPace();
  let now = 100;
  pace.begins(now);
  let parts = 0;
  for (const end = now + seconds; now < end; parts++) {
    for (let left = pace.left(now); left > 0; left = pace.left(now)) now += Math.max(left, timer);
    now += takes(parts);
    pace.took(takes(parts));
  }
  return parts;
}

test('parts take a link no more than the share of its time that copies have', () => {
  const parts = given(100, () => 0.025);
  expect(parts * 0.025).toBeLessThanOrEqual(100 * COPY_SHARE + 0.025);
  expect(parts * 0.025).toBeGreaterThan(99 * COPY_SHARE);
});

test('what halos add to most parts is not taken for the copy’s', () => {
  const parts = given(100, (part) => (part % 4 === 0 ? 0.025 : 0.1));
  expect(parts).toBeGreaterThan((90 * COPY_SHARE) / 0.025);
});

test('a link that has become slow is found out within a few parts', () => {
  const parts = given(100, (part) => (part < 2 ? 0.001 : 0.1));
  expect(parts * 0.1).toBeLessThan(100 * COPY_SHARE + 2);
});

test('timers of a hidden tab, one a second, do not slow a copy down', () => {
  expect(given(100, () => 0.01, 1)).toBeGreaterThan((90 * COPY_SHARE) / 0.01);
});

test('what was not given before a copy began is not made up for', () => {
  const pace = new GivingPace();
  pace.begins(0);
  pace.took(0.1);
  pace.begins(50);
  pace.took(0.1);
  expect(pace.left(50)).toBeCloseTo(1, 9);
});
