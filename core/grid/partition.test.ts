import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartitionError } from '../errors.js';
import { anyFleet, timesCovered } from './arbitrary.suite.js';
import { AXES, type Box, boxOfShape, cellCount, isEmpty, shapeOf, type Triple } from './box.js';
import { bricksOf, defaultBrick } from './bricks.js';
import type { Grid } from './grid.js';
import { mostShards, partition } from './partition.js';

const cube = (cells: number, brick: number): Grid => ({
  shape: [cells, cells, cells],
  dimensions: 3,
  brick: [brick, brick, brick],
  periodic: [false, false, false],
});

/** The least box that holds them all. */
const hull = (boxes: readonly Box[]): Box => {
  const ends = (end: 'lo' | 'hi', pick: (...values: number[]) => number) =>
    AXES.map((axis) => pick(...boxes.map((box) => box[end][axis]))) as unknown as Triple;
  return { lo: ends('lo', Math.min), hi: ends('hi', Math.max) };
};

const stepTime = (grid: Grid, weights: readonly number[]) =>
  Math.max(...partition(grid, weights).map((box, i) => cellCount(box) / (weights[i] ?? 0)));

describe('a partition', () => {
  it('covers the grid though no plane parts the bricks as near peers would have it', () => {
    const square: Grid = { ...cube(32, 32), shape: [32, 128, 128] };
    const places = Array.from({ length: 16 }, (_, place) => place);
    const groups = [places.slice(0, 3), places.slice(3, 8), places.slice(8, 15), places.slice(15)];
    const shards = partition(square, new Array(16).fill(1), { groups });
    expect(timesCovered(boxOfShape(square.shape), shards)).toEqual([1]);
  });

  it('covers every cell exactly once with one box per weight, none empty', () => {
    fc.assert(
      fc.property(anyFleet, ({ grid, weights }) => {
        const shards = partition(grid, weights);
        expect(shards).toHaveLength(weights.length);
        expect(shards.some(isEmpty)).toBe(false);
        expect(timesCovered(boxOfShape(grid.shape), shards)).toEqual([1]);
        expect(shards.reduce((sum, shard) => sum + cellCount(shard), 0)).toBe(
          cellCount(boxOfShape(grid.shape)),
        );
      }),
    );
  });

  it('gives each brick whole to one shard', () => {
    fc.assert(
      fc.property(anyFleet, ({ grid, weights }) => {
        const owned = partition(grid, weights).flatMap((shard) => bricksOf(grid, shard).map(String));
        expect(owned).toHaveLength(mostShards(grid));
        expect(new Set(owned).size).toBe(mostShards(grid));
      }),
    );
  });

  it('depends on its arguments alone, and on weights only by their ratio', () => {
    fc.assert(
      fc.property(anyFleet, ({ grid, weights }) => {
        const shards = partition(grid, weights);
        expect(partition({ ...grid }, [...weights])).toEqual(shards);
        expect(
          partition(
            grid,
            weights.map((weight) => weight * 1024),
          ),
        ).toEqual(shards);
      }),
    );
  });

  it('gives peers of speed 1, 2, 4 and 8 cells in that proportion, to within a layer of bricks', () => {
    const grid = cube(120, 4);
    for (const weights of [
      [1, 2, 4, 8],
      [8, 1, 4, 2],
    ]) {
      partition(grid, weights).forEach((shard, i) => {
        const share = (cellCount(boxOfShape(grid.shape)) * (weights[i] ?? 0)) / 15;
        const [nz, ny, nx] = shapeOf(shard);
        const layer = 4 * Math.max(nz * ny, ny * nx, nz * nx);
        expect(Math.abs(cellCount(shard) - share)).toBeLessThanOrEqual(layer);
      });
    }
  });

  it.each([
    { peers: [1, 2, 4, 8], at: 512, within: 1.05 },
    { peers: [8, 4, 2, 1, 8, 4, 2, 1], at: 512, within: 1.05 },
    { peers: [1, 2, 4, 8], at: 128, within: 1.1 },
  ])('keeps speeds $peers within $within of the ideal at $at³, in bricks of the usual size', (row) => {
    const shape = [row.at, row.at, row.at] as const;
    const grid: Grid = { ...cube(row.at, 1), brick: defaultBrick(shape, 3) };
    const ideal = row.at ** 3 / row.peers.reduce((sum, speed) => sum + speed);
    expect(stepTime(grid, row.peers) / ideal).toBeLessThanOrEqual(row.within);
  });

  it('gives each group of near peers one box, cut among them', () => {
    const groups = [[4, 0, 2], [5], [3, 1]];
    const shards = partition(cube(64, 8), [3, 1, 2, 5, 1, 2], { groups });
    for (const group of groups) {
      const boxes = group.map((index) => shards[index] as Box);
      expect(cellCount(hull(boxes))).toBe(boxes.reduce((sum, box) => sum + cellCount(box), 0));
    }
  });

  it('is nearly as good in a hurry', () => {
    const weights = Array.from({ length: 64 }, (_, i) => 1 + (i % 8));
    const ideal = 512 ** 3 / weights.reduce((sum, weight) => sum + weight);
    const quick = partition(cube(512, 32), weights, { effort: 'quick' });
    const slowest = Math.max(...quick.map((box, i) => cellCount(box) / (weights[i] ?? 0)));
    expect(slowest / ideal).toBeLessThanOrEqual(1.2);
  });

  it('gives equal peers equal cubes where the bricks allow it', () => {
    const shapes = partition(cube(64, 8), new Array(8).fill(1)).map(shapeOf);
    expect(shapes).toEqual(new Array(8).fill([32, 32, 32]));
  });

  it('cuts across the longest axis', () => {
    const rod: Grid = { ...cube(16, 4), shape: [16, 16, 64] };
    expect(partition(rod, [1, 1, 1, 1]).map(shapeOf)).toEqual(new Array(4).fill([16, 16, 16]));
  });

  it('keeps a shard compact: no edge of 7 equal shards of a cube is over four times another', () => {
    for (const shard of partition(cube(128, 8), new Array(7).fill(1))) {
      const shape = shapeOf(shard);
      const edges = AXES.map((axis) => shape[axis]);
      expect(Math.max(...edges) / Math.min(...edges)).toBeLessThanOrEqual(4);
    }
  });

  it('gives a brick each where there are as many peers as bricks, whatever their speed', () => {
    const shards = partition(cube(12, 4), [1000, ...new Array(26).fill(1)]);
    expect(shards.map(shapeOf)).toEqual(new Array(27).fill([4, 4, 4]));
  });

  it('is refused for more peers than bricks, with the number that would do', () => {
    const cut = () => partition(cube(8, 4), new Array(9).fill(1));
    expect(cut).toThrow(PartitionError);
    expect(cut).toThrow(/8 bricks .* 9 shards.*smaller grid\.brick.*at most 8 peers/);
  });

  it.each([[[]], [[1, 0]], [[1, -1]], [[1, Number.NaN]], [[Infinity]]])(
    'is refused for weights %j',
    (weights) => {
      expect(() => partition(cube(8, 4), weights)).toThrow(RangeError);
    },
  );
});
