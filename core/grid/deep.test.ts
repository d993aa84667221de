import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyShards, cellsOf, wrapped } from './arbitrary.suite.js';
import { coursesOf } from './bands.js';
import {
  AXES,
  type Box,
  boxOfShape,
  cellCount,
  contains,
  grow,
  hasCell,
  intersect,
  isEmpty,
  shapeOf,
  type Triple,
} from './box.js';
import { updateBoxes } from './deep.js';
import type { Grid } from './grid.js';
import { frameOf, ghostLayers, haloRegions } from './halo.js';
import { partition } from './partition.js';

/** The grid less a fixed edge of `radius` cells on its axes that are not periodic. */
function updatableOf(grid: Grid, radius: number): Box {
  const layers = ghostLayers(radius, grid.dimensions);
  const lo = AXES.map((axis) => (grid.periodic[axis] ? -Infinity : layers[axis]));
  const hi = AXES.map((axis) => (grid.periodic[axis] ? Infinity : grid.shape[axis] - layers[axis]));
  return { lo: lo as unknown as Triple, hi: hi as unknown as Triple };
}

describe('the boxes of a deep step', () => {
  const depth = fc.integer({ min: 1, max: 4 });
  const radius = fc.integer({ min: 1, max: 2 });

  it('read only what is right: the first the frame, each later one the box before it and the fixed edge', () => {
    fc.assert(
      fc.property(anyShards, depth, radius, ({ grid, shards }, steps, radius) => {
        const updatable = updatableOf(grid, radius);
        for (const shard of shards) {
          let right = frameOf(grid, shard, steps * radius);
          for (const box of updateBoxes(shard, updatable, steps, radius, grid.dimensions)) {
            expect(contains(right, grow(box, ghostLayers(radius, grid.dimensions)))).toBe(true);
            right = withFixedEdge(grid, box, radius);
          }
        }
      }),
    );
  });

  it('end with what the shard may update, and are as many as steps, or none in the fixed edge', () => {
    fc.assert(
      fc.property(anyShards, depth, radius, ({ grid, shards }, steps, radius) => {
        const updatable = updatableOf(grid, radius);
        for (const shard of shards) {
          const boxes = updateBoxes(shard, updatable, steps, radius, grid.dimensions);
          const own = intersect(shard, updatable);
          expect(boxes).toHaveLength(isEmpty(own) ? 0 : steps);
          if (!isEmpty(own)) expect(boxes.at(-1)).toEqual(own);
          expect(boxes.some(isEmpty)).toBe(false);
        }
      }),
    );
  });
});

/** A box that was just updated, and the fixed cells beside it, which are right at every step. */
function withFixedEdge(grid: Grid, { lo, hi }: Box, radius: number): Box {
  const fixed = ghostLayers(radius, grid.dimensions);
  const at = (axis: 0 | 1 | 2): [number, number] => {
    if (grid.periodic[axis]) return [lo[axis], hi[axis]];
    return [
      lo[axis] === fixed[axis] ? 0 : lo[axis],
      hi[axis] === grid.shape[axis] - fixed[axis] ? grid.shape[axis] : hi[axis],
    ];
  };
  const ends = [at(0), at(1), at(2)] as const;
  return { lo: [ends[0][0], ends[1][0], ends[2][0]], hi: [ends[0][1], ends[1][1], ends[2][1]] };
}

/** ψ and ψ⁻ of a shard on its frame, advanced as an engine does: in place, levels swapped for the whole frame. */
class Shard {
  now: Float64Array;
  before: Float64Array;

  constructor(
    readonly frame: Box,
    readonly dimensions: 2 | 3,
  ) {
    this.now = new Float64Array(cellCount(frame)).fill(Number.NaN);
    this.before = this.now.slice();
  }

  at([z, y, x]: Triple): number {
    const [, ny, nx] = shapeOf(this.frame);
    const { lo } = this.frame;
    return ((z - lo[0]) * ny + (y - lo[1])) * nx + (x - lo[2]);
  }

  get(level: 'now' | 'before', box: Box): number[] {
    return [...rows(box)].flatMap((start) => {
      const first = this.at(start);
      return [...this[level].subarray(first, first + shapeOf(box)[2])];
    });
  }

  set(level: 'now' | 'before', box: Box, values: readonly number[]): void {
    const width = shapeOf(box)[2];
    let taken = 0;
    for (const start of rows(box)) {
      this[level].set(values.slice(taken, taken + width), this.at(start));
      taken += width;
    }
  }

  /** 7 points at radius 1, 13 at radius 2 (5 and 9 in 2-D). */
  update(box: Box, radius: number): void {
    const [, ny, nx] = shapeOf(this.frame);
    const strides = this.dimensions === 2 ? [nx, 1] : [ny * nx, nx, 1];
    const width = shapeOf(box)[2];
    for (const start of rows(box)) {
      const first = this.at(start);
      for (let i = first; i < first + width; i++) {
        const centre = this.now[i] as number;
        let laplacian = 0;
        for (const stride of strides) {
          for (let reach = 1; reach <= radius; reach++) {
            const around =
              (this.now[i - reach * stride] as number) + (this.now[i + reach * stride] as number);
            laplacian += (around - 2 * centre) / (reach * 7);
          }
        }
        this.before[i] = 2 * centre - (this.before[i] as number) + laplacian;
      }
    }
    this.swap();
  }

  swap(): void {
    [this.now, this.before] = [this.before, this.now];
  }
}

function* rows({ lo, hi }: Box): Generator<Triple> {
  for (let z = lo[0]; z < hi[0]; z++) {
    for (let y = lo[1]; y < hi[1]; y++) yield [z, y, lo[2]];
  }
}

/** The same scheme with no shard, frame or halo: neighbours are found by wrapping their coordinates. */
function reference(grid: Grid, radius: number, steps: number): number[][] {
  const updatable = updatableOf(grid, radius);
  const [, ny, nx] = grid.shape;
  const at = ([z, y, x]: Triple) => (z * ny + y) * nx + x;
  const cells = [...cellsOf(boxOfShape(grid.shape))];
  const axes = grid.dimensions === 2 ? ([1, 2] as const) : AXES;
  let now = cells.map((cell) => start(updatable, cell, 0));
  let before = cells.map((cell) => start(updatable, cell, 0.1));
  for (let step = 0; step < steps; step++) {
    const next = cells.map((cell, i) => {
      if (!hasCell(updatable, cell)) return before[i] as number;
      const neighbour = (axis: 0 | 1 | 2, offset: number) => {
        const [z, y, x] = cell;
        const moved: Triple = [
          z + (axis === 0 ? offset : 0),
          y + (axis === 1 ? offset : 0),
          x + (axis === 2 ? offset : 0),
        ];
        return now[at(wrapped(moved, grid))] as number;
      };
      const centre = now[i] as number;
      let laplacian = 0;
      for (const axis of axes) {
        for (let reach = 1; reach <= radius; reach++) {
          laplacian += (neighbour(axis, -reach) + neighbour(axis, reach) - 2 * centre) / (reach * 7);
        }
      }
      return 2 * centre - (before[i] as number) + laplacian;
    });
    [before, now] = [now, next];
  }
  return [now, before];
}

/** A rough initial state that differs from cell to cell and is not at rest; 0 in the fixed edge. */
function start(updatable: Box, cell: Triple, phase: number): number {
  if (!hasCell(updatable, cell)) return 0;
  return Math.sin(cell[0] * 1.3 + cell[1] * 0.7 + cell[2] ** 2 * 0.9 + phase);
}

interface Message {
  readonly to: number;
  readonly level: 'now' | 'before';
  readonly target: Box;
  readonly values: readonly number[];
}

/**
 * ψ and ψ⁻ of the whole grid after `steps` steps, over shards that exchange every `depth` steps. C order. With `ahead`, what
 * is sent is computed first, and read before the rest is.
 */
function run(
  grid: Grid,
  boxes: readonly Box[],
  depth: number,
  radius: number,
  steps: number,
  ahead = false,
): number[][] {
  const updatable = updatableOf(grid, radius);
  const shards = boxes.map((box) => {
    const shard = new Shard(frameOf(grid, box, depth * radius), grid.dimensions);
    for (const [level, phase] of [['now', 0] as const, ['before', 0.1] as const]) {
      for (const [z, y, x0] of rows(box)) {
        for (let x = x0; x < box.hi[2]; x++)
          shard[level][shard.at([z, y, x])] = start(updatable, [z, y, x], phase);
      }
    }
    return shard;
  });

  const halos = (next: number) => [
    { level: 'now', regions: haloRegions(grid, boxes, next * radius) } as const,
    { level: 'before', regions: haloRegions(grid, boxes, (next - 1) * radius) } as const,
  ];
  const sentBy = (from: number, next: number) =>
    halos(next).flatMap(({ level, regions }) =>
      regions
        .filter((region) => region.from === from)
        .map(({ to, source, target }) => ({
          level,
          to,
          target,
          values: (shards[from] as Shard).get(level, source),
        })),
    );
  let sent = shards.map((_, from) => sentBy(from, Math.min(depth, steps)));
  for (let done = 0; done < steps; done += depth) {
    const now = Math.min(depth, steps - done);
    const next = Math.min(depth, steps - done - now);
    deliver(shards, boxes, sent.flat());
    sent = shards.map((shard, i) => {
      const box = boxes[i] as Box;
      const update = (course: readonly Box[]) => {
        for (const part of course) shard.update(part, radius);
      };
      const courses = ahead ? coursesOf(grid, box, updatable, now, radius) : undefined;
      if (!courses) {
        update(updateBoxes(box, updatable, now, radius, grid.dimensions));
        return next > 0 ? sentBy(i, next) : [];
      }
      const back = () => now % 2 === 1 && shard.swap();
      for (const [number, band] of courses.bands.entries()) {
        if (number > 0) back();
        update(band);
      }
      const messages = next > 0 ? sentBy(i, next) : [];
      back();
      update(courses.inside);
      return messages;
    });
  }

  const result = new Shard(boxOfShape(grid.shape), grid.dimensions);
  for (const level of ['now', 'before'] as const) {
    shards.forEach((shard, i) => {
      result.set(level, boxes[i] as Box, shard.get(level, boxes[i] as Box));
    });
  }
  return [[...result.now], [...result.before]];
}

/** Ghost cells that no message fills become NaN first, so that reading a stale one shows. */
function deliver(shards: readonly Shard[], boxes: readonly Box[], messages: readonly Message[]): void {
  shards.forEach((shard, i) => {
    const box = boxes[i] as Box;
    for (const level of ['now', 'before'] as const) {
      const own = shard.get(level, box);
      shard[level].fill(Number.NaN);
      shard.set(level, box, own);
    }
  });
  for (const { to, level, target, values } of messages) (shards[to] as Shard).set(level, target, values);
}

describe('a run over shards', () => {
  const grids: [string, Omit<Grid, 'periodic'>][] = [
    ['2-D', { dimensions: 2, shape: [1, 13, 11], brick: [1, 3, 4] }],
    ['3-D', { dimensions: 3, shape: [7, 9, 8], brick: [2, 4, 3] }],
  ];
  const boundaries: [string, Grid['periodic']][] = [
    ['fixed', [false, false, false]],
    ['periodic', [true, true, true]],
    ['periodic along x', [false, false, true]],
  ];
  const fleets = [[1], [1, 1, 1], [5, 1, 2], [1, 3, 1, 2, 1, 9, 1]];

  for (const [size, grid] of grids) {
    for (const [edge, ends] of boundaries) {
      const periodic = [ends[0] && grid.dimensions === 3, ends[1], ends[2]] as const;
      it.each([1, 2, 3, 4])(
        `equals the scheme without shards, bit for bit: ${size}, ${edge}, depth %i`,
        (depth) => {
          const whole = { ...grid, periodic };
          for (const radius of [1, 2]) {
            const expected = reference(whole, radius, 10);
            expect(expected.flat().every(Number.isFinite)).toBe(true);
            for (const fleet of fleets) {
              const shards = partition(whole, fleet);
              expect(run(whole, shards, depth, radius, 10)).toEqual(expected);
              expect(run(whole, shards, depth, radius, 10, true)).toEqual(expected);
            }
          }
        },
      );
    }
  }

  it.each([1, 2, 3, 4])('equals it where what is sent is computed before an inside, depth %i', (depth) => {
    for (const periodic of [false, true]) {
      const grid: Grid = {
        dimensions: 2,
        shape: [1, 44, 37],
        brick: [1, 11, 37],
        periodic: [false, periodic, periodic],
      };
      for (const radius of [1, 2]) {
        const expected = reference(grid, radius, 10);
        for (const fleet of [[1], [1, 1]]) {
          const shards = partition(grid, fleet);
          expect(run(grid, shards, depth, radius, 10, true)).toEqual(expected);
        }
      }
    }
  });

  it('equals it on a periodic grid shorter than the halo', () => {
    const grid: Grid = { dimensions: 2, shape: [1, 3, 5], brick: [1, 1, 2], periodic: [false, true, true] };
    expect(run(grid, partition(grid, [1, 2, 1]), 4, 2, 9)).toEqual(reference(grid, 2, 9));
  });
});
