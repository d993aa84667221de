import { describe, expect, test } from 'vitest';
import type { Plane } from '../../core/watch/plane.js';
import { type BlockStyle, blocks } from './blocks.js';

const plane = (rows: number, columns: number, values: readonly number[]): Plane => ({
  step: 1,
  rows,
  columns,
  values: Float32Array.from(values),
  error: 0,
});

const style: BlockStyle = { width: 80, height: 24, depth: 'true', kind: 'wave', peak: 2 };

describe('a plane in a terminal', () => {
  test('has two samples in a character, the first row at the bottom', () => {
    const lines = blocks(plane(2, 1, [2, -2]), style);
    // Above: the second row, the coolest blue; below: the first, the warmest red.
    expect(lines).toEqual(['\x1b[38;2;59;76;192m\x1b[48;2;180;4;38m▀\x1b[0m']);
  });

  test('is as large as the terminal lets it be, and keeps its shape', () => {
    const square = plane(200, 200, Array(40_000).fill(0));
    const lines = blocks(square, { ...style, depth: 'none', width: 80, height: 20 });
    expect(lines).toHaveLength(20);
    expect(lines[0]).toHaveLength(40);
  });

  test('without colours is characters, the denser the larger', () => {
    expect(blocks(plane(1, 4, [0, 1, -2, Number.NaN]), { ...style, depth: 'none' })).toEqual([' +@?']);
  });

  test('takes the 256 colours where there are no more', () => {
    expect(blocks(plane(2, 1, [0, 0]), { ...style, depth: '256' })).toEqual([
      '\x1b[38;5;188m\x1b[48;5;188m▀\x1b[0m',
    ]);
  });
});
