import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack } from './parcel.js';
import { roundCells } from './rounding.js';

const finite = fc.float({
  noNaN: true,
  noDefaultInfinity: true,
  min: Math.fround(-1e30),
  max: Math.fround(1e30),
});

test('no cell changes by more than the error, relative to the largest', () => {
  fc.assert(
    fc.property(
      fc.array(finite, { minLength: 1 }),
      fc.double({ min: 1e-6, max: 0.01, noNaN: true }),
      (values, error) => {
        const cells = Float32Array.from(values);
        const peak = Math.max(...cells.map(Math.abs));
        const rounded = cells.slice();
        roundCells(rounded, error);
        for (const [i, value] of rounded.entries()) {
          expect(Math.abs(value - (cells[i] as number))).toBeLessThanOrEqual(error * peak);
        }
      },
    ),
  );
});

test('what is rounded to zero is quiet, whatever its sign was', () => {
  const cells = Float32Array.of(1, -1e-9, 1e-9);
  roundCells(cells, 1e-4);
  expect([...cells]).toEqual([1, 0, 0]);
});

test('cells among which one is not finite stay as they are', () => {
  for (const odd of [Number.NaN, Infinity]) {
    const cells = Float32Array.of(0.123, odd, -4.5);
    roundCells(cells, 0.01);
    expect(cells).toEqual(Float32Array.of(0.123, odd, -4.5));
  }
});

test('what is rounded to 1e-4 of its peak is packed into less than a third', async () => {
  const slabs = [{ box: { lo: [0, 0, 0], hi: [4, 48, 48] } }] as const;
  const cells = Float32Array.from({ length: 4 * 48 * 48 }, (_, i) => {
    const [z, y, x] = [Math.floor(i / 2304), Math.floor(i / 48) % 48, i % 48];
    return Math.sin(0.3 * z + 0.21 * y + 0.17 * x) + 0.5 * Math.sin(0.11 * z - 0.23 * y + 0.31 * x + 1);
  });
  roundCells(cells, 1e-4);
  const { content } = await pack(slabs, cells, 'packed');
  expect(content.byteLength / cells.byteLength).toBeLessThan(0.33);
});
