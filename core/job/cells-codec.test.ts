import { expect, it } from 'vitest';
import { StoreError } from '../errors.js';
import { decodeCells, encodeCells } from './cells-codec.js';

it('keeps every bit of the cells, of a part of a buffer too', async () => {
  const buffer = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10 ** ((i % 70) - 40));
  const cells = buffer.subarray(17, 900);
  expect(await decodeCells(await encodeCells(cells), cells.length)).toEqual(cells);
});

it('makes little of a quiet region', async () => {
  expect((await encodeCells(new Float32Array(32 ** 3))).length).toBeLessThan(200);
});

it('refuses an object that is cut short, has other cells than promised, or is something else', async () => {
  const bytes = await encodeCells(Float32Array.of(1, 2, 3));
  await expect(decodeCells(bytes.subarray(0, bytes.length - 1), 3)).rejects.toThrow(StoreError);
  await expect(decodeCells(bytes, 4)).rejects.toThrow(StoreError);
  await expect(decodeCells(Uint8Array.of(1, 2, 3), 3)).rejects.toThrow(StoreError);
});
