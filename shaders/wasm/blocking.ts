import { shapeOf } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';
import type { Layout } from './layout.js';
import { type Blocking, leastShare } from './schedule.js';

export interface Processor {
  /** 1 or more. */
  readonly threads: number;
  /** Of the cache that each core has to itself. */
  readonly cacheBytes: number;
}

/** How a shard's steps are cut into blocks, and over how many threads. */
export interface Cut {
  readonly blocking: Blocking;
  readonly threads: number;
}

export const DEFAULT_CACHE_BYTES = 2 ** 20;

/** Steps that a sweep makes at most: more save little memory traffic more; fewer wait for memory. */
export const STEPS_OF_SWEEP = 8;
/** A sweep of fewer is not worth a thread more. */
const FEWEST_STEPS = 4;
/** What waiting for one another takes, a thread has to earn with this many cells. */
const FEWEST_CELLS = 2 ** 19;
/** Planes are made in pairs, rows of a single plane in eights: a front that is thin holds little, one that is thick calls seldom. */
const PLANES_AT_A_TIME = 2;
const ROWS_AT_A_TIME = 8;
/** A tile may be as large as this many caches: the next level is fast enough for what streams through, and large tiles share more. */
const CACHES_A_TILE = 4;
/** Rows that a tile has at least, in units of what one step reaches. */
const LEAST_TILE = 8;

/** A shard as its cut depends on it. */
export interface Extent {
  readonly outer: number;
  readonly inner: number;
  /** Cells that a step reaches along both. */
  readonly outerReach: number;
  readonly innerReach: number;
  readonly cellsOfLine: number;
  /** Of all arrays that a component's step touches. */
  readonly bytesOfLine: number;
}

export function chooseCut(spec: ShardSpec, layout: Layout, processor: Processor): Cut {
  return cutOf(extentOf(spec, layout), processor);
}

/**
 * Several threads only where each gets cells enough, and a share long enough for a sweep of some steps. Between its
 * first step and its last, a sweep of a tile touches `reach·(steps + 1)` lines and the front's: the tile is as wide as keeps
 * these near the core, and all tiles are about equal.
 */
export function cutOf(extent: Extent, { threads: most, cacheBytes }: Processor): Cut {
  const { outer, inner, outerReach, innerReach, cellsOfLine, bytesOfLine } = extent;
  const front = innerReach === 0 ? ROWS_AT_A_TIME : PLANES_AT_A_TIME;
  const byCells = Math.floor((outer * inner * cellsOfLine) / FEWEST_CELLS);
  const byLines = Math.floor(outer / leastShare(FEWEST_STEPS, outerReach, front));
  const threads = Math.max(1, Math.min(most, byCells, byLines));
  let steps = STEPS_OF_SWEEP;
  while (threads > 1 && steps > FEWEST_STEPS && outer / threads < leastShare(steps, outerReach, front))
    steps -= 1;
  const linesAtATime = outerReach * (steps + 1) + front;
  const widest = Math.floor((CACHES_A_TILE * cacheBytes) / (linesAtATime * bytesOfLine)) - 2 * innerReach;
  const swept = inner + innerReach * (steps - 1);
  const tiles = Math.ceil(swept / Math.max(widest, LEAST_TILE * innerReach, 1));
  return { blocking: { steps, tile: Math.ceil(swept / tiles), front }, threads };
}

function extentOf({ frame, dimensions, model: { model }, media = {} }: ShardSpec, { row }: Layout): Extent {
  const [nz, ny, nx] = shapeOf(frame);
  const levels = model.fields.reduce((sum, { kind }) => sum + (kind === 'wave' ? 2 : 1), 0);
  const arrays = levels + model.media.filter(({ name }) => media[name] === 'cells').length;
  const shared = { cellsOfLine: nx, bytesOfLine: arrays * row, outerReach: model.radius };
  return dimensions === 3
    ? { ...shared, outer: nz, inner: ny, innerReach: model.radius }
    : { ...shared, outer: ny, inner: 1, innerReach: 0 };
}
