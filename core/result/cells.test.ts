import { expect, test } from 'vitest';
import { StoreError } from '../errors.js';
import { decodeCells, encodeCells } from './cells.js';

const cells = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) / (i - 500));

test('cells come back bit for bit, NaN, infinities, denormals and -0 too', async () => {
  const odd = Float32Array.from([Number.NaN, Infinity, -Infinity, 1e-44, -0, ...cells]);
  const back = await decodeCells(await encodeCells(odd), odd.length);
  expect(new Uint32Array(back.buffer)).toEqual(new Uint32Array(odd.buffer));
});

test('a part of a larger buffer is encoded alone', async () => {
  const back = await decodeCells(await encodeCells(cells.subarray(3, 10)), 7);
  expect(back).toEqual(cells.slice(3, 10));
});

test('torn bytes, foreign bytes and another number of cells are refused', async () => {
  const bytes = await encodeCells(cells);
  await expect(decodeCells(bytes.subarray(0, bytes.length - 1), 1000)).rejects.toThrow(StoreError);
  await expect(decodeCells(new Uint8Array(0), 1000)).rejects.toThrow(StoreError);
  await expect(decodeCells(new TextEncoder().encode('<html>'), 1000)).rejects.toThrow(StoreError);
  await expect(decodeCells(bytes, 999)).rejects.toThrow(StoreError);
});

test.each([0, 1, 60, 200, 16_000, 70_000])('%i cells come back', async (count) => {
  const some = Float32Array.from({ length: count }, (_, i) => Math.cos(i * i));
  expect(await decodeCells(await encodeCells(some), count)).toEqual(some);
});

test('a few bytes that claim to be a gigabyte are refused before they are unpacked', async () => {
  const bomb = (await encodeCells(new Float32Array(100_000))).slice();
  new DataView(bomb.buffer).setUint32(5, 2 ** 30, true);
  await expect(decodeCells(bomb, 100_000)).rejects.toThrow('no zstd frame of 400000 bytes');
});
