import { expect, it } from 'vitest';
import { pauseBefore } from './reconnect.js';

it('A peer waits twice as long before each try, up to half a minute, less a random part', () => {
  const longest = Array.from({ length: 9 }, (_, attempt) => pauseBefore(attempt, () => 0));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(pauseBefore(3, () => 0.5)).toBe(3000);
  expect(pauseBefore(3, () => 1 - 2 ** -53)).toBeCloseTo(2000);
});
