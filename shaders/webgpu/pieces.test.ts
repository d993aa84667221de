import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AXES, boxOfShape, cellCount, shapeOf } from '../../core/grid/box.js';
import { MAX_STEPS_PER_SUBMIT } from './pace.js';
import { type Piece, Pieces } from './pieces.js';

const side = fc.integer({ min: 1, max: 6 });
const updates = fc.array(
  fc.tuple(side, side, side).map((shape) => ({ box: boxOfShape(shape), time: 0 })),
  { maxLength: 100 },
);
const reach = fc.tuple(side, side, side);

it('every cell of every step is dealt out once, step after step, and no submit or dispatch is much too large', () => {
  fc.assert(
    fc.property(updates, fc.integer({ min: 1, max: 200 }), reach, (updates, cellsPerSubmit, reach) => {
      const pieces = new Pieces(updates, 1, reach);
      const dealt: Piece[] = [];
      const budget = { cellsPerSubmit, cellsPerStep: 4 * cellsPerSubmit };
      for (let batch = pieces.take(budget); batch.length > 0; batch = pieces.take(budget)) {
        expect(batch.length).toBeLessThanOrEqual(MAX_STEPS_PER_SUBMIT);
        if (batch.length > 1) expect(cellsOf(batch)).toBeLessThanOrEqual(cellsPerSubmit);
        // One step that is not worth cutting, or a row.
        expect(cellsOf(batch)).toBeLessThanOrEqual(Math.max(budget.cellsPerStep, 6));
        dealt.push(...batch);
      }
      for (const update of updates) {
        const own = dealt.splice(0, 1 + dealt.findIndex(({ ends }) => ends));
        expect(own.every((piece) => piece.update === update)).toBe(true);
        expect(own.map(({ begins }) => begins)).toEqual(own.map((_, index) => index === 0));
        expect(cellsOf(own)).toBe(cellCount(update.box));
        for (const { box } of own) expect(AXES.every((axis) => shapeOf(box)[axis] <= reach[axis])).toBe(true);
      }
      expect(dealt).toEqual([]);
    }),
  );
});

function cellsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { box }) => sum + cellCount(box), 0);
}
