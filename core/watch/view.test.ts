import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AXES, type Box, boxOfShape, eachCellOf, type Triple } from '../grid/box.js';
import { sampled } from './reading.js';
import { axesAcross, partIn, samplesIn, type ViewedPlane, viewedBox } from './view.js';

const side = fc.integer({ min: 1, max: 12 });
const setting = fc
  .record({
    shape: fc.tuple(side, side, side),
    axis: fc.constantFrom('z' as const, 'y' as const, 'x' as const),
    place: fc.double({ min: 0, max: 0.999, noNaN: true }),
    stride: fc.integer({ min: 1, max: 5 }),
    cut: fc.tuple(side, side, side),
  })
  .map(({ shape, axis, place, stride, cut }) => {
    const at = Math.floor(place * shape[{ z: 0, y: 1, x: 2 }[axis] as 0 | 1 | 2]);
    return { shape: shape as Triple, plane: { axis, at, stride } satisfies ViewedPlane, cut: cut as Triple };
  });

/** The eight boxes into which `cut` parts a grid. */
function eighths(shape: Triple, cut: Triple): Box[] {
  const end = (high: number, axis: 0 | 1 | 2) => (high ? shape[axis] : Math.min(cut[axis], shape[axis]));
  const start = (high: number, axis: 0 | 1 | 2) => (high ? Math.min(cut[axis], shape[axis]) : 0);
  return Array.from({ length: 8 }, (_, i) => {
    const bits = [(i >> 2) & 1, (i >> 1) & 1, i & 1] as const;
    return {
      lo: [start(bits[0], 0), start(bits[1], 1), start(bits[2], 2)],
      hi: [end(bits[0], 0), end(bits[1], 1), end(bits[2], 2)],
    };
  });
}

/** A number that says which cell it is. */
const nameOf = ([z, y, x]: Triple) => z * 10_000 + y * 100 + x;

describe('a plane', () => {
  test('is put together from the parts of any shards, each sample once and in its place', () => {
    fc.assert(
      fc.property(setting, ({ shape, plane, cut }) => {
        const whole = samplesIn(plane, boxOfShape(shape));
        const seen = new Map<string, number>();
        for (const shard of eighths(shape, cut)) {
          const part = partIn(plane, shape, shard);
          if (!part) continue;
          const values = sampled(eachCellOf(part.box, nameOf), plane, part);
          const { row, column, rows, columns } = part.samples;
          expect(values.length).toBe(rows * columns);
          for (const [i, value] of values.entries()) {
            const place = `${row + Math.floor(i / columns)} ${column + (i % columns)}`;
            expect(seen.has(place)).toBe(false);
            seen.set(place, value);
          }
        }
        expect(seen.size).toBe(whole.rows * whole.columns);
        const [down, across] = axesAcross(plane.axis);
        for (const [place, value] of seen) {
          const [row, column] = place.split(' ').map(Number) as [number, number];
          const cell = AXES.map((axis) => {
            if (axis === down) return row * plane.stride;
            return axis === across ? column * plane.stride : plane.at;
          }) as unknown as Triple;
          expect(value).toBe(nameOf(cell));
        }
      }),
    );
  });

  test('outside the grid is none', () => {
    expect(viewedBox({ axis: 'y', at: 8, stride: 1 }, [4, 8, 8])).toBeUndefined();
  });
});
