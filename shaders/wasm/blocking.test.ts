import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutOf, type Extent } from './blocking.js';
import { sharesOf } from './schedule.js';

const MIB = 2 ** 20;
const cube = (cells: number, reach = 1, arrays = 3): Extent => ({
  outer: cells,
  inner: cells,
  outerReach: reach,
  innerReach: reach,
  cellsOfLine: cells,
  bytesOfLine: cells * 4 * arrays,
});
const machine = { threads: 2, cacheBytes: MIB };

describe('the cut of a shard', () => {
  test('makes eight steps a sweep, in tiles of about 64 to 128 rows, where a large cube meets two cores', () => {
    for (const cells of [256, 384]) {
      const { blocking, threads } = cutOf(cube(cells), machine);
      expect(threads).toBe(2);
      expect(blocking.steps).toBe(8);
      expect(blocking.tile).toBeGreaterThanOrEqual(56);
      expect(blocking.tile).toBeLessThanOrEqual(132);
    }
  });

  test('takes narrower tiles for more arrays, wider rows, a longer reach and a smaller cache', () => {
    const { tile } = cutOf(cube(256), machine).blocking;
    expect(cutOf(cube(256, 1, 9), machine).blocking.tile).toBeLessThan(tile);
    expect(cutOf({ ...cube(256), bytesOfLine: 9000 }, machine).blocking.tile).toBeLessThan(tile);
    expect(cutOf(cube(256, 4), machine).blocking.tile).toBeLessThan(tile);
    expect(cutOf(cube(256), { ...machine, cacheBytes: MIB / 4 }).blocking.tile).toBeLessThan(tile);
  });

  test('leaves a small shard to one thread, in one tile', () => {
    const { blocking, threads } = cutOf(cube(48), { threads: 16, cacheBytes: MIB });
    expect(threads).toBe(1);
    expect(blocking.tile).toBeGreaterThanOrEqual(48);
  });

  test('makes fewer steps a sweep rather than fewer threads, but not fewer than four', () => {
    expect(cutOf(cube(256), { threads: 20, cacheBytes: MIB })).toMatchObject({
      threads: 20,
      blocking: { steps: 6 },
    });
    expect(cutOf(cube(256), { threads: 64, cacheBytes: MIB })).toMatchObject({
      threads: 32,
      blocking: { steps: 4 },
    });
  });

  test('takes the rows of a plane in thicker fronts', () => {
    const plane: Extent = { ...cube(4096), inner: 1, innerReach: 0 };
    expect(cutOf(plane, machine)).toEqual({ blocking: { steps: 8, tile: 1, front: 8 }, threads: 2 });
  });

  test('gives every thread a share, whatever the shard', () => {
    const length = fc.integer({ min: 1, max: 600 });
    const arbitrary = fc.tuple(
      length,
      length,
      length,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 32 }),
    );
    fc.assert(
      fc.property(arbitrary, ([outer, inner, cellsOfLine, reach, most]) => {
        const extent = { ...cube(cellsOfLine, reach), outer, inner };
        const { blocking, threads } = cutOf(extent, { threads: most, cacheBytes: MIB });
        expect(blocking.tile).toBeGreaterThanOrEqual(1);
        expect(threads).toBeLessThanOrEqual(most);
        const sweep = { steps: blocking.steps, outerReach: reach, blocking };
        expect(sharesOf({ lo: 0, hi: outer }, sweep, threads)).toHaveLength(threads);
      }),
    );
  });
});
