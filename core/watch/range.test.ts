import { expect, test } from 'vitest';
import { Range } from './range.js';

test('the range grows at once, shrinks slowly, and knows nothing of NaN', () => {
  const range = new Range();
  expect(range.follow(Float32Array.of(0, Number.NaN))).toBe(1);
  expect(range.follow(Float32Array.of(1, -4, Number.POSITIVE_INFINITY))).toBe(4);
  const soon = range.follow(Float32Array.of(1));
  expect(soon).toBeLessThan(4);
  expect(soon).toBeGreaterThan(3.8);
  range.reset();
  expect(range.follow(Float32Array.of(1))).toBe(1);
});
