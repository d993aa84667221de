import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packBytes } from '../result/cells.js';
import { codesOf, residuesOf } from './residues.js';

describe('residues', () => {
  test('give the codes back, whatever these are', () => {
    const planes = fc
      .record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) })
      .chain(({ rows, columns }) =>
        fc.record({
          columns: fc.constant(columns),
          codes: fc.uint8Array({ minLength: rows * columns, maxLength: rows * columns }),
        }),
      );
    fc.assert(
      fc.property(planes, ({ codes, columns }) => {
        expect([...codesOf(residuesOf(codes, columns), columns)]).toEqual([...codes]);
      }),
    );
  });

  test('of a plane that changes evenly are 0 but at its edges', () => {
    const codes = Uint8Array.from({ length: 20 }, (_, i) => 10 + 3 * (i % 5) + 7 * Math.floor(i / 5));
    expect([...residuesOf(codes, 5)].filter((residue) => residue !== 0)).toHaveLength(8);
  });

  test('of a wave pack into less than two thirds of what its codes take', async () => {
    const edge = 256;
    const wave = Uint8Array.from({ length: edge * edge }, (_, i) => {
      const far = Math.hypot((i % edge) - 80.3, Math.floor(i / edge) - 120.7);
      return 128 + 127 * Math.cos((2 * Math.PI * far) / 16);
    });
    const packed = await packBytes(residuesOf(wave, edge));
    expect(packed.length).toBeLessThan(0.66 * (await packBytes(wave)).length);
  });
});
