import fc from 'fast-check';
import { AXES, type Box, hasCell, type Triple } from './box.js';
import type { Grid } from './grid.js';
import { mostShards, partition } from './partition.js';

const axis = fc.record({
  cells: fc.integer({ min: 1, max: 9 }),
  brick: fc.integer({ min: 1, max: 4 }),
  periodic: fc.boolean(),
});

const flat = fc.constant({ cells: 1, brick: 1, periodic: false });

/** Small grids, 2-D and 3-D, whose last bricks are often smaller and whose ends are sometimes neighbours. */
export const anyGrid: fc.Arbitrary<Grid> = fc.constantFrom<2 | 3>(2, 3).chain((dimensions) =>
  fc.tuple(dimensions === 2 ? flat : axis, axis, axis).map(([z, y, x]) => ({
    dimensions,
    shape: [z.cells, y.cells, x.cells],
    brick: [z.brick, y.brick, x.brick],
    periodic: [z.periodic, y.periodic, x.periodic],
  })),
);

/** Speeds a thousandfold apart. */
const weight = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.5, max: 8, noNaN: true }));

export const anyFleet = anyGrid.chain((grid) =>
  fc.record({
    grid: fc.constant(grid),
    weights: fc.array(weight, { minLength: 1, maxLength: Math.min(8, mostShards(grid)) }),
  }),
);

export const anyShards = anyFleet.map(({ grid, weights }) => ({ grid, shards: partition(grid, weights) }));

/** Every cell of a box, `[z, y, x]`, C order. */
export function* cellsOf({ lo, hi }: Box): Generator<Triple> {
  for (let z = lo[0]; z < hi[0]; z++) {
    for (let y = lo[1]; y < hi[1]; y++) {
      for (let x = lo[2]; x < hi[2]; x++) yield [z, y, x];
    }
  }
}

/** How many of the boxes hold each cell of `box`; `[1]` alone where they tile it and reach no cell twice. */
export function timesCovered(box: Box, boxes: readonly Box[]): number[] {
  const times = new Set<number>();
  for (const cell of cellsOf(box)) times.add(boxes.filter((other) => hasCell(other, cell)).length);
  return [...times];
}

/** The cell of the grid that a cell in unwrapped coordinates stands for. */
export function wrapped([z, y, x]: Triple, { shape }: Grid): Triple {
  const modulo = (cell: number, along: (typeof AXES)[number]) =>
    ((cell % shape[along]) + shape[along]) % shape[along];
  return [modulo(z, AXES[0]), modulo(y, AXES[1]), modulo(x, AXES[2])];
}
