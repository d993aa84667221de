import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyGrid, timesCovered } from './arbitrary.suite.js';
import { boxOfShape, contains, intersect, isEmpty, type Triple } from './box.js';
import { brickBox, brickCounts, bricksOf, defaultBrick } from './bricks.js';
import { mostShards } from './partition.js';

const open = [false, false, false] as const;

describe('bricks', () => {
  it('tile the grid', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const whole = boxOfShape(grid.shape);
        const places = bricksOf(grid, whole);
        const [nz, ny, nx] = brickCounts(grid);
        expect(places).toHaveLength(nz * ny * nx);
        const boxes = places.map((place) => brickBox(grid, place));
        expect(boxes.every((box) => !isEmpty(box) && contains(whole, box))).toBe(true);
        expect(timesCovered(whole, boxes)).toEqual([1]);
      }),
    );
  });

  it('of a box are those, and only those, that share a cell with it', () => {
    const corner = fc.tuple(
      fc.integer({ min: -3, max: 12 }),
      fc.integer({ min: -3, max: 12 }),
      fc.integer({ min: -3, max: 12 }),
    );
    fc.assert(
      fc.property(anyGrid, corner, corner, (grid, lo, hi) => {
        const all = bricksOf(grid, boxOfShape(grid.shape));
        const sharing = all.filter((place) => !isEmpty(intersect(brickBox(grid, place), { lo, hi })));
        expect(bricksOf(grid, { lo, hi })).toEqual(sharing);
      }),
    );
  });
});

describe('the default brick', () => {
  it.each<[Triple, 2 | 3, Triple]>([
    [[293, 293, 293], 3, [32, 32, 32]],
    [[64, 64, 64], 3, [16, 16, 16]],
    [[32, 32, 32], 3, [8, 8, 8]],
    [[11, 215, 215], 3, [11, 16, 16]],
    [[9, 9, 9], 3, [4, 4, 4]],
    [[3, 9, 9], 3, [3, 4, 4]],
    [[1, 1024, 1024], 2, [1, 32, 32]],
    [[1, 64, 64], 2, [1, 8, 8]],
  ])('of %j cells in %i-D is %j', (shape, dimensions, brick) => {
    expect(defaultBrick(shape, dimensions)).toEqual(brick);
  });

  it('lets a grid of 32³ be cut into eight shards and more', () => {
    const shape = [32, 32, 32] as const;
    const grid = { shape, dimensions: 3, brick: defaultBrick(shape, 3), periodic: open } as const;
    expect(mostShards(grid)).toBe(64);
  });
});
