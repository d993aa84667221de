import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { pictureOf } from './picture.js';

const pixel = (png: PNG, x: number, y: number) => [
  ...png.data.subarray(4 * (y * png.width + x)).subarray(0, 4),
];

test('a small plane is enlarged, its first row at the bottom, its range symmetric, NaN transparent', async () => {
  const values = Float32Array.from([-2, 0, 1, 4, Number.NaN, -4]);
  const png = PNG.sync.read(Buffer.from(await pictureOf({ height: 2, width: 3, values })));
  expect([png.width, png.height]).toEqual([258, 172]);
  expect(pixel(png, 257, 0)).toEqual([59, 76, 192, 255]);
  expect(pixel(png, 85, 85)).toEqual([180, 4, 38, 255]);
  expect(pixel(png, 100, 100)).toEqual([221, 221, 221, 255]);
  expect(pixel(png, 100, 10)[3]).toBe(0);
});

test('a field at rest is the neutral colour all over', async () => {
  const png = PNG.sync.read(
    Buffer.from(await pictureOf({ height: 1, width: 1, values: new Float32Array(1) })),
  );
  expect(pixel(png, 255, 255)).toEqual([221, 221, 221, 255]);
});
