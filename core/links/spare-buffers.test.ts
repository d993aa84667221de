import { describe, expect, test } from 'vitest';
import { SpareBuffers } from './spare-buffers.js';

const LENGTH = 100_000;

describe('spare buffers', () => {
  test('what was given back is handed out again, to one at a time, where the length is the same', () => {
    const spare = new SpareBuffers();
    const buffer = spare.take(LENGTH);
    spare.give(buffer);
    expect(spare.take(LENGTH + 1)).not.toBe(buffer);
    expect(spare.take(LENGTH)).toBe(buffer);
    expect(spare.take(LENGTH)).not.toBe(buffer);
  });

  test('what is given twice is handed out once', () => {
    const spare = new SpareBuffers();
    const buffer = spare.take(LENGTH);
    spare.give(buffer);
    spare.give(buffer);
    expect(spare.take(LENGTH)).toBe(buffer);
    expect(spare.take(LENGTH)).not.toBe(buffer);
  });

  test("somebody else's memory is never handed out", () => {
    const spare = new SpareBuffers();
    const other = new ArrayBuffer(LENGTH);
    spare.give(other);
    expect(spare.take(LENGTH)).not.toBe(other);
  });

  test('what has moved to another thread is never handed out', () => {
    const spare = new SpareBuffers();
    const buffer = spare.take(LENGTH);
    structuredClone(buffer, { transfer: [buffer] });
    spare.give(buffer);
    expect(spare.take(LENGTH).byteLength).toBe(LENGTH);
  });

  test('what has been to another thread and has come back is handed out again', () => {
    const spare = new SpareBuffers();
    const buffer = spare.take(LENGTH);
    const there = structuredClone(buffer, { transfer: [buffer] });
    const back = structuredClone(there, { transfer: [there] });
    spare.give(buffer, back);
    spare.give(buffer, back);
    expect(spare.take(LENGTH)).toBe(back);
    expect(spare.take(LENGTH)).not.toBe(back);
  });

  test('no more is kept than is likely to be needed', () => {
    const spare = new SpareBuffers();
    const large = Array.from({ length: 3 }, () => spare.take(60 * 1024 * 1024));
    for (const buffer of large) spare.give(buffer);
    const again = large.map(() => spare.take(60 * 1024 * 1024));
    expect(again.filter((buffer) => large.includes(buffer))).toHaveLength(1);
  });
});
