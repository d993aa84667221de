import { describe, expect, test } from 'vitest';
import { boxOfShape, cellCount, contains, hasCell } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Output } from '../job/job.js';
import { decodeCells } from './cells.js';
import { chunksOf, encodeChunk } from './chunks.js';
import { outputShape } from './output.js';

const grid: Grid = {
  shape: [10, 12, 21],
  dimensions: 3,
  brick: [8, 8, 8],
  periodic: [false, false, false],
};
const whole = boxOfShape(grid.shape);
const volume: Output = { name: 'volume', states: ['psi'], box: whole, steps: [5, 10], packed: false };
const wall: Output = { ...volume, box: { lo: [0, 9, 0], hi: [10, 10, 21] } };

test('an array has time and the axes that are thicker than one cell', () => {
  expect(outputShape(grid, volume)).toEqual({
    shape: [2, 10, 12, 21],
    chunk: [1, 8, 8, 8],
    dimensions: ['time', 'z', 'y', 'x'],
  });
  expect(outputShape(grid, wall)).toEqual({
    shape: [2, 10, 21],
    chunk: [1, 8, 8],
    dimensions: ['time', 'z', 'x'],
  });
});

describe('the chunks of shards', () => {
  const shards = [
    { lo: [0, 0, 0], hi: [8, 12, 16] },
    { lo: [8, 0, 0], hi: [10, 12, 16] },
    { lo: [0, 0, 16], hi: [10, 12, 21] },
  ] as const;

  test.each([volume, wall])('cover the output, each cell once, each in its own shard', (output) => {
    const chunks = shards.flatMap((shard) => {
      const owned = chunksOf(grid, output, shard);
      for (const { box } of owned) expect(contains(shard, box)).toBe(true);
      return owned;
    });
    expect(chunks.reduce((cells, { box }) => cells + cellCount(box), 0)).toBe(cellCount(output.box));
    expect(new Set(chunks.map(({ index }) => index.join('/'))).size).toBe(chunks.length);
  });

  test('are numbered as their bricks are, without the axis of a plane', () => {
    const [chunk] = chunksOf(grid, wall, shards[2]);
    expect(chunk).toEqual({ index: [0, 2], box: { lo: [0, 9, 16], hi: [8, 10, 21] } });
  });

  test('are none where a shard does not touch the plane', () => {
    expect(chunksOf(grid, wall, { lo: [0, 0, 0], hi: [10, 8, 21] })).toEqual([]);
  });
});

test('a chunk at the far edge is padded: its cells keep their places, the rest is NaN', async () => {
  const chunk = chunksOf(grid, volume, whole).find(({ index }) => index.join() === '1,1,2');
  if (chunk === undefined) throw new Error('the last brick has a chunk');
  const cells = Float32Array.from({ length: cellCount(chunk.box) }, (_, i) => i);
  const padded = await decodeCells(await encodeChunk(grid, volume, chunk, cells), 512);
  const inside = [...padded].filter((_, i) =>
    hasCell({ lo: [0, 0, 0], hi: [2, 4, 5] }, [i >> 6, (i >> 3) & 7, i & 7]),
  );
  expect(inside).toEqual([...cells]);
  expect(padded.filter(Number.isNaN).length).toBe(512 - 40);
});
