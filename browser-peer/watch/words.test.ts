import { expect, test } from 'vitest';
import { rateWords } from './words.js';

test('a picture that stands still is not passed off as live', () => {
  expect(rateWords(29.43, 0.03)).toBe('29.4 frames a second.');
  expect(rateWords(0, 6.2)).toContain('No new picture for 6 s');
});
