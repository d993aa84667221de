import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellCount, contains, intersect, isEmpty } from './box.js';
import { piecesOf } from './pieces.js';

const edge = fc.integer({ min: 1, max: 9 });
const boxes = fc
  .tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 }), edge, edge, edge)
  .map(([z, y, nz, ny, nx]) => ({ lo: [z, y, 1], hi: [z + nz, y + ny, 1 + nx] }) as const);

test('the pieces of a box cover it once, and are as small as was asked, or one row', () => {
  fc.assert(
    fc.property(boxes, fc.integer({ min: 1, max: 200 }), (box, cells) => {
      const pieces = [...piecesOf(box, cells)];
      expect(pieces.reduce((sum, piece) => sum + cellCount(piece), 0)).toBe(cellCount(box));
      for (const [i, piece] of pieces.entries()) {
        expect(contains(box, piece)).toBe(true);
        expect(cellCount(piece)).toBeLessThanOrEqual(Math.max(cells, box.hi[2] - box.lo[2]));
        for (const other of pieces.slice(i + 1)) expect(isEmpty(intersect(piece, other))).toBe(true);
      }
    }),
  );
});
