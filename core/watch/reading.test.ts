import { expect, test } from 'vitest';
import { type Box, boxOfShape, eachCellOf, type Triple } from '../grid/box.js';
import { boxesOf, sampled } from './reading.js';
import { partIn, samplesIn } from './view.js';

/** A number that says which cell it is. */
const nameOf = ([z, y, x]: Triple) => z * 1_000_000 + y * 1000 + x;

/** Cells of boxes one after the other, as engines give them. */
function cellsOf(boxes: readonly Box[]): Float32Array {
  return Float32Array.from(boxes.flatMap((box) => [...eachCellOf(box, nameOf)]));
}

test.each<{ what: string; shape: Triple; stride: number; boxes: number }>([
  { what: 'every cell', shape: [5, 6, 7], stride: 1, boxes: 2 },
  { what: 'layers, where rows are short', shape: [9, 10, 11], stride: 3, boxes: 3 },
  { what: 'rows, where they are long', shape: [5, 7, 800], stride: 4, boxes: 4 },
  { what: 'all, where layers would be too many', shape: [8300, 3, 2], stride: 2, boxes: 3 },
])('of a volume, $what: each sample once and in its place, whatever shards hold it', (given) => {
  const { shape, stride, boxes } = given;
  const viewed = { axis: 'all', stride } as const;
  const whole = samplesIn(viewed, boxOfShape(shape));
  const seen = new Map<string, number>();
  let asked = 0;
  const [nz, ny, nx] = shape;
  for (const [from, to] of [
    [0, 3],
    [3, nz],
  ] as const) {
    const part = partIn(viewed, shape, { lo: [from, 0, 0], hi: [to, ny, nx] });
    if (!part) continue;
    const read = boxesOf(viewed, part);
    asked += read.length;
    const { layer, row, column, rows, columns } = part.samples;
    const values = sampled(cellsOf(read), viewed, part);
    for (const [i, value] of values.entries()) {
      const line = Math.floor(i / columns);
      const place = [layer + Math.floor(line / rows), row + (line % rows), column + (i % columns)].join(' ');
      expect(seen.has(place)).toBe(false);
      seen.set(place, value);
    }
  }
  expect(asked).toBe(boxes);
  expect(seen.size).toBe(whole.layers * whole.rows * whole.columns);
  for (const [place, value] of seen) {
    const cell = place.split(' ').map((sample) => Number(sample) * stride) as unknown as Triple;
    expect(value).toBe(Math.fround(nameOf(cell)));
  }
});

test.each<{ what: string; shape: Triple; boxes: number }>([
  { what: 'rows, as long as they are read at once', shape: [384, 384, 384], boxes: 4096 },
  { what: 'layers, where there are more rows', shape: [384, 400, 384], boxes: 64 },
])('of a volume no more boxes are read than a device takes at once: $what', ({ shape, boxes }) => {
  const viewed = { axis: 'all', stride: 6 } as const;
  const part = partIn(viewed, shape, boxOfShape(shape));
  expect(part && boxesOf(viewed, part)).toHaveLength(boxes);
});
