import { expect, test } from 'vitest';
import { fingerprint } from '../result/fingerprint.js';
import { BrickMemory, KnownCheckpoint } from './brick-memory.js';

const cells = (...values: number[]) => Float32Array.from(values);

test('a brick is new, then the same, then new again where one bit differs', () => {
  const first = new KnownCheckpoint('8-1-1');
  expect(first.compare([0, 0, 0], cells(1, 2), undefined)).toBe('new');
  const second = new KnownCheckpoint('16-1-1');
  expect(second.compare([0, 0, 0], cells(1, 2), first)).toBe('same');
  const third = new KnownCheckpoint('24-1-1');
  expect(third.compare([0, 0, 0], cells(1, 2.0000002), second)).toBe('new');
});

test('a brick of zeros is zero, one of −0 is not', () => {
  const known = new KnownCheckpoint('8-1-1');
  expect(known.compare([0, 0, 0], cells(0, 0), undefined)).toBe('zero');
  expect(known.compare([0, 0, 0], cells(0, -0), undefined)).toBe('new');
});

test('a brick that was zero, or another peer’s, at the checkpoint before is new', () => {
  const before = new KnownCheckpoint('8-1-1');
  before.compare([0, 0, 0], cells(0, 0), undefined);
  const next = new KnownCheckpoint('16-1-1');
  expect(next.compare([0, 0, 0], cells(1, 1), before)).toBe('new');
  expect(next.compare([0, 0, 1], cells(1, 1), before)).toBe('new');
});

test('memory serves the checkpoint that it is of, and no other', () => {
  const memory = new BrickMemory();
  const known = new KnownCheckpoint('8-1-1');
  memory.keep(known);
  expect(memory.of('8-1-1')).toBe(known);
  expect(memory.of('8-2-1')).toBeUndefined();
  expect(memory.of(undefined)).toBeUndefined();
});

test('fingerprints differ with every bit, with places swapped, and with length', () => {
  const all = Array.from({ length: 32 }, (_, bit) => new Float32Array(new Uint32Array([2 ** bit, 7]).buffer));
  const others = [cells(0), cells(0, 0), cells(1, 2), cells(2, 1)];
  expect(new Set([...all, ...others].map(fingerprint)).size).toBe(36);
});
