import { expect, test } from 'vitest';
import { SecondLook } from './second-look.js';

test('what is better by little is believed at the second look, and forgotten where it is gone by then', () => {
  const look = new SecondLook();
  expect(look.confirms(0.2, 0)).toBe(false);
  expect(look.confirms(0.1, 2_000)).toBe(true);
  expect(look.confirms(0.2, 4_000)).toBe(false);
  look.forget();
  expect(look.confirms(0.2, 6_000)).toBe(false);
});

test('what is better by a third is believed at once', () => {
  expect(new SecondLook().confirms(0.5, 0)).toBe(true);
});
