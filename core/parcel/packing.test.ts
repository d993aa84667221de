import { expect, test } from 'vitest';
import { Packing, pays } from './packing.js';

const MB = 1e6;

test.each([
  ['a home uplink', { link: 2.5 * MB, packing: 60 * MB, ratio: 0.65 }, true],
  ['a home uplink, and noise', { link: 2.5 * MB, packing: 60 * MB, ratio: 0.95 }, false],
  ['a local network', { link: 110 * MB, packing: 60 * MB, ratio: 0.65 }, false],
  ['a local network that is all but quiet', { link: 20 * MB, packing: 60 * MB, ratio: 0.1 }, true],
])('on %s: whether it pays', (_, speeds, expected) => {
  expect(pays(speeds)).toBe(expected);
});

test('nothing is packed on a link of unknown rate', () => {
  expect(new Packing().wanted(1e6)).toBe(false);
});

test('a slow link has its first halo packed, and those after it as long as it pays', () => {
  const packing = new Packing();
  packing.told(2 * MB);
  expect(packing.wanted(1e6)).toBe(true);
  packing.packed(1e6, 0.7e6, 0.02);
  expect(packing.wanted(1e6)).toBe(true);
  expect(packing.wanted(100)).toBe(false);
});

test('where it does not pay it is tried again now and then, unless the link is too fast for any', () => {
  const tries = (rate: number) => {
    const packing = new Packing();
    packing.told(rate);
    packing.packed(1e6, 0.999e6, 0.02);
    return Array.from({ length: 100 }, () => packing.wanted(1e6)).filter(Boolean).length;
  };
  expect(tries(2 * MB)).toBe(3);
  expect(tries(100 * MB)).toBe(0);
});
