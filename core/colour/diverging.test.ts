import { expect, test } from 'vitest';
import { diverging } from './diverging.js';

test('the ends, the middle and the quarters are those of the published table', () => {
  expect(diverging(-1)).toEqual([59, 76, 192]);
  expect(diverging(-0.5)).toEqual([141, 176, 254]);
  expect(diverging(0)).toEqual([221, 221, 221]);
  expect(diverging(0.5)).toEqual([244, 154, 123]);
  expect(diverging(1)).toEqual([180, 4, 38]);
});
