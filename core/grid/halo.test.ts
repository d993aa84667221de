import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyGrid, anyShards, cellsOf, timesCovered, wrapped } from './arbitrary.suite.js';
import {
  AXES,
  type Box,
  boxOfShape,
  cellCount,
  contains,
  hasCell,
  isEmpty,
  sameBox,
  shapeOf,
} from './box.js';
import type { Grid } from './grid.js';
import { frameOf, type HaloRegion, haloRegions } from './halo.js';
import { mostShards, partition } from './partition.js';

/** Deep enough to go several times round a small periodic grid. */
const anyLayers = fc.integer({ min: 0, max: 5 });

/** Frames of 3-D grids grow with the cube of the depth: fewer runs keep the set quick. */
const runs = { numRuns: 60 };

const between = (regions: readonly HaloRegion[], from: number, to: number) =>
  regions.filter((region) => region.from === from && region.to === to);

describe('a frame', () => {
  it('is the shard and its ghost cells: clipped where the grid ends, running on where it is periodic', () => {
    fc.assert(
      fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
        for (const shard of shards) {
          const frame = frameOf(grid, shard, layers);
          for (const axis of AXES) {
            const deep = axis === 0 && grid.dimensions === 2 ? 0 : layers;
            const clipped = !grid.periodic[axis];
            const lo = shard.lo[axis] - deep;
            const hi = shard.hi[axis] + deep;
            expect(frame.lo[axis]).toBe(clipped ? Math.max(0, lo) : lo);
            expect(frame.hi[axis]).toBe(clipped ? Math.min(grid.shape[axis], hi) : hi);
          }
        }
      }),
    );
  });
});

describe('halo regions', () => {
  it('tile, with the shard itself, each frame: no ghost cell is missing, sent twice, or of no use', () => {
    fc.assert(
      fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
        const regions = haloRegions(grid, shards, layers);
        shards.forEach((shard, to) => {
          const frame = frameOf(grid, shard, layers);
          const targets = regions.filter((region) => region.to === to).map(({ target }) => target);
          expect(timesCovered(frame, [shard, ...targets])).toEqual([1]);
          expect(targets.every((target) => contains(frame, target) && !isEmpty(target))).toBe(true);
        });
      }),
      runs,
    );
  });

  it('hold in each target the cells of the grid that it stands for, taken from the shard that owns them', () => {
    fc.assert(
      fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
        for (const { from, source, target } of haloRegions(grid, shards, layers)) {
          expect(contains(shards[from] as Box, source)).toBe(true);
          expect(shapeOf(source)).toEqual(shapeOf(target));
          const sources = cellsOf(source);
          for (const cell of cellsOf(target)) expect(wrapped(cell, grid)).toEqual(sources.next().value);
        }
      }),
      runs,
    );
  });

  it('pair off: where P sends Q something, Q sends P as many regions, shifted by the opposite periods', () => {
    fc.assert(
      fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
        const regions = haloRegions(grid, shards, layers);
        const shifts = (from: number, to: number, sign: 1 | -1) =>
          between(regions, from, to)
            .map(({ source, target }) =>
              AXES.map((axis) => sign * (target.lo[axis] - source.lo[axis]) + 0).join(),
            )
            .sort();
        shards.forEach((_, p) => {
          shards.forEach((_, q) => {
            expect(shifts(p, q, 1)).toEqual(shifts(q, p, -1));
          });
        });
      }),
      runs,
    );
  });

  it('are as large one way as the other between shards of one shape', () => {
    const regular = anyGrid.map((grid): Grid => {
      const [, ny, nx] = grid.shape;
      const nz = grid.dimensions === 2 ? 1 : 2 * grid.brick[0];
      return { ...grid, shape: [nz, Math.ceil(ny / 5) * grid.brick[1], Math.ceil(nx / 5) * grid.brick[2]] };
    });
    fc.assert(
      fc.property(regular, anyLayers, (grid, layers) => {
        const shards = partition(grid, new Array(mostShards(grid)).fill(1));
        const regions = haloRegions(grid, shards, layers);
        const cells = (from: number, to: number) =>
          between(regions, from, to).reduce((sum, { source }) => sum + cellCount(source), 0);
        shards.forEach((_, p) => {
          shards.forEach((_, q) => {
            expect(cells(p, q)).toBe(cells(q, p));
          });
        });
      }),
      runs,
    );
  });

  it('of fewer layers lie inside those of more', () => {
    fc.assert(
      fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
        const deeper = haloRegions(grid, shards, layers + 1);
        for (const { from, to, target } of haloRegions(grid, shards, layers)) {
          expect(between(deeper, from, to).some((region) => contains(region.target, target))).toBe(true);
        }
      }),
      runs,
    );
  });

  it('come ordered by receiver, then sender, and the same each time', () => {
    fc.assert(
      fc.property(anyShards, anyLayers, ({ grid, shards }, layers) => {
        const regions = haloRegions(grid, shards, layers);
        expect(haloRegions({ ...grid }, [...shards], layers)).toEqual(regions);
        const keys = regions.map(({ to, from }) => to * shards.length + from);
        expect(keys).toEqual([...keys].sort((a, b) => a - b));
      }),
      runs,
    );
  });

  it('are none for a shard alone on a grid without periodic axes', () => {
    const grid = {
      shape: [8, 8, 8],
      dimensions: 3,
      brick: [4, 4, 4],
      periodic: [false, false, false],
    } as const;
    expect(haloRegions(grid, [boxOfShape(grid.shape)], 3)).toEqual([]);
  });

  it('make a shard alone on a periodic axis its own neighbour, through every image the halo reaches', () => {
    const grid = {
      shape: [1, 8, 3],
      dimensions: 2,
      brick: [1, 4, 3],
      periodic: [false, false, true],
    } as const;
    const regions = haloRegions(grid, [boxOfShape(grid.shape)], 4);
    expect(regions.map(({ target }) => [target.lo[2], target.hi[2]])).toEqual([
      [-4, -3],
      [-3, 0],
      [3, 6],
      [6, 7],
    ]);
    expect(regions.every(({ from, to }) => from === 0 && to === 0)).toBe(true);
  });

  it('cross a corner: diagonal neighbours exchange a block', () => {
    const grid = {
      shape: [1, 8, 8],
      dimensions: 2,
      brick: [1, 4, 4],
      periodic: [false, false, false],
    } as const;
    const shards = partition(grid, [1, 1, 1, 1]);
    const opposite = shards.findIndex((shard) => hasCell(shard, [0, 7, 7]));
    const origin = shards.findIndex((shard) => hasCell(shard, [0, 0, 0]));
    const [corner, ...others] = between(haloRegions(grid, shards, 2), opposite, origin);
    expect(others).toEqual([]);
    expect(corner && sameBox(corner.target, { lo: [0, 4, 4], hi: [1, 6, 6] })).toBe(true);
  });
});
