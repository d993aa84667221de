import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkError } from '../errors.js';
import { type Box, cellCount } from '../grid/box.js';
import { CODINGS, type Coding, pack, unpack } from './parcel.js';

const slab = (...shape: [number, number, number]): { box: Box } => ({ box: { lo: [0, 0, 0], hi: shape } });
const bits = (cells: Float32Array) => [...new Uint32Array(cells.slice().buffer)];

/** Slabs of any shape, their cells any bits at all, some of them quiet. */
const anySlabs = fc
  .array(
    fc
      .record({
        shape: fc.tuple(...[6, 6, 6].map((max) => fc.integer({ min: 1, max }))),
        seed: fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
        quiet: fc.boolean(),
      })
      .map(({ shape: [z = 1, y = 1, x = 1], seed, quiet }) => {
        const words = Int32Array.from({ length: z * y * x }, (_, i) =>
          quiet ? 0 : (seed[i % seed.length] as number),
        );
        return { slab: slab(z, y, x), cells: new Float32Array(words.buffer) };
      }),
    { maxLength: 5 },
  )
  .map((parts) => ({
    slabs: parts.map((part) => part.slab),
    cells: Float32Array.from(parts.flatMap(({ cells }) => [...cells])),
  }));

describe.each(CODINGS)('a parcel that is %s', (coding: Coding) => {
  test('comes back bit for bit, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(anySlabs, async ({ slabs, cells }) => {
        expect(bits(await unpack(await pack(slabs, cells, coding), slabs))).toEqual(bits(cells));
      }),
    );
  });

  test('keeps infinities, subnormal numbers and the sign of zero', async () => {
    const cells = Float32Array.of(-0, 1e-42, Infinity, -Infinity, 3.4e38, -3.4e38, 3.4e38, 0);
    const slabs = [slab(1, 2, 4)];
    expect(bits(await unpack(await pack(slabs, cells, coding), slabs))).toEqual(bits(cells));
  });

  test('says next to nothing of what is quiet', async () => {
    const slabs = [slab(2, 30, 30), slab(1, 30, 30)];
    const { quiet, content } = await pack(slabs, new Float32Array(2700), coding);
    expect(quiet).toEqual([true, true]);
    expect(content).toHaveLength(0);
  });

  test('is refused where it holds other cells than are due', async () => {
    const cells = Float32Array.from({ length: 12 }, (_, i) => i);
    const parcel = await pack([slab(1, 3, 4)], cells, coding);
    await expect(unpack(parcel, [slab(1, 3, 5)])).rejects.toThrow(LinkError);
    await expect(unpack(parcel, [slab(1, 3, 2), slab(1, 3, 2)])).rejects.toThrow(LinkError);
    const torn = { ...parcel, content: parcel.content.subarray(4) };
    await expect(unpack(torn, [slab(1, 3, 4)])).rejects.toThrow(LinkError);
  });
});

test('a smooth wave is packed into two thirds, whichever way the slab lies', async () => {
  for (const shape of [
    [4, 48, 48],
    [48, 4, 48],
    [48, 48, 4],
  ] as [number, number, number][]) {
    const slabs = [slab(...shape)];
    const cells = Float32Array.from({ length: cellCount(slabs[0]?.box as Box) }, (_, i) => {
      const [z, y, x] = [
        Math.floor(i / shape[1] / shape[2]),
        Math.floor(i / shape[2]) % shape[1],
        i % shape[2],
      ];
      return Math.sin(0.3 * z + 0.21 * y + 0.17 * x) + 0.5 * Math.sin(0.11 * z - 0.23 * y + 0.31 * x + 1);
    });
    const { content } = await pack(slabs, cells, 'packed');
    expect(content.byteLength / cells.byteLength).toBeLessThan(0.67);
  }
});

test('a few bytes that claim to be many are refused', async () => {
  const slabs = [slab(1, 2, 2)];
  const many = await pack([slab(1, 500, 500)], new Float32Array(250_000).fill(1), 'packed');
  await expect(unpack(many, slabs)).rejects.toThrow(LinkError);
});

test('plain cells are not copied', async () => {
  const cells = Float32Array.of(1, 2, 3, 4);
  const { content } = await pack([slab(1, 2, 2)], cells, 'plain');
  expect(content.buffer).toBe(cells.buffer);
});
