import { expect, it } from 'vitest';
import { RoundTrip } from './round-trip.js';

const measured = (seconds: readonly number[]) => {
  const way = new RoundTrip();
  for (const each of seconds) way.add(each);
  return way.value;
};

it('a way is as long as it was at its shortest, and what a busy device adds is not the way’s', () => {
  expect(measured([0.4, 0.021, 0.3, 0.02, 0.5])).toBe(0.02);
});

it('one or two measurements say nothing: whoever has just come is busy', () => {
  expect(measured([0.4, 0.4])).toBeUndefined();
  expect(measured([0.4, 0.4, 0.4])).toBe(0.4);
});

it('a way that has become longer is known to be so once no measurement of before is left', () => {
  expect(measured([0.02, ...Array<number>(8).fill(0.09)])).toBe(0.09);
});
