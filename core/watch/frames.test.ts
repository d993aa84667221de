import { describe, expect, test } from 'vitest';
import { Frames } from './frames.js';
import type { SliceMessage } from './messages.js';

/** One of two halves of a plane of 2 × 4 samples. */
const half = (side: 0 | 1, step: number, plan = 1): SliceMessage => ({
  type: 'slice',
  plan,
  view: 1,
  step,
  low: 0,
  high: 0,
  samples: { layer: 0, row: 0, column: 2 * side, layers: 1, rows: 2, columns: 2 },
  content: new Uint8Array(),
});

describe('frames', () => {
  const open = () => new Frames({ layers: 1, rows: 2, columns: 4 });

  test('are whole when every part of one step is there', () => {
    const frames = open();
    expect(frames.add(half(0, 4))).toBeUndefined();
    expect(frames.add(half(0, 8))).toBeUndefined();
    expect(frames.add(half(1, 4))).toMatchObject({ plan: 1, step: 4 });
    expect(frames.add(half(1, 8))).toMatchObject({ plan: 1, step: 8 });
  });

  test('never go back in time under one plan, and do under the next: the run may have gone back', () => {
    const frames = open();
    frames.add(half(0, 8));
    frames.add(half(0, 4));
    expect(frames.add(half(1, 8))).toMatchObject({ step: 8 });
    expect(frames.add(half(1, 4))).toBeUndefined();
    frames.add(half(0, 4, 2));
    expect(frames.add(half(1, 12))).toBeUndefined();
    expect(frames.add(half(1, 4, 2))).toMatchObject({ plan: 2, step: 4 });
  });

  test('are not made of one part twice', () => {
    const frames = open();
    frames.add(half(0, 4));
    expect(frames.add(half(0, 4))).toBeUndefined();
  });

  test('that lack a part for long are forgotten', () => {
    const frames = open();
    for (let step = 1; step <= 40; step++) frames.add(half(0, step));
    expect(frames.add(half(1, 1))).toBeUndefined();
    expect(frames.add(half(1, 40))).toMatchObject({ step: 40 });
  });
});
