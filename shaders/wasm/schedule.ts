/** Planes or rows from `lo` on, those before `hi`. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** How steps are grouped and cells are blocked. All whole numbers, 1 or more. */
export interface Blocking {
  /** Steps that one sweep makes at most. */
  readonly steps: number;
  /** Lines of the inner axis that are swept at a time. */
  readonly tile: number;
  /** Lines of the outer axis by which the front moves on at a time. */
  readonly front: number;
}

/**
 * Several steps of one component, made in one sweep. Lines of cells run along x. In 3-D the outer axis is z, the inner one y;
 * in 2-D the outer axis is y, and along the inner one, z, lies a single cell, which no step reaches beyond.
 */
export interface Sweep {
  /** 1 or more. */
  readonly steps: number;
  /** All that is held along each axis. */
  readonly outer: Range;
  readonly inner: Range;
  /** Cells that one step reads beyond its own, to each side. */
  readonly outerReach: number;
  readonly innerReach: number;
  readonly blocking: Pick<Blocking, 'tile' | 'front'>;
}

/**
 * What one thread does of a sweep: in step t the lines of the outer axis in `[lo + reach·t, hi + reach·t)`; the first thread
 * everything below as well, the last one everything above.
 */
export interface Share extends Range {
  readonly first: boolean;
  readonly last: boolean;
}

/** Called in the order in which a thread has to act. */
export interface Sweeper {
  /** Makes one step (counted from 0 in the sweep) in these lines of both axes. */
  block(step: number, outerLo: number, outerHi: number, innerLo: number, innerHi: number): void;
  /** Tiles count from 0. The blocks from here to the tile's end need what the share above computes in this tile, and overwrite what it reads. */
  awaitAbove(tile: number): void;
  /** Once in every tile: its blocks from here on have nothing to do with the share below. */
  releaseBelow(tile: number): void;
}

/**
 * Visits one share of a sweep, tile by tile. In a tile a front moves along the outer axis; with the front at f, step t takes
 * the lines from f − reach·t on. Tiles are skewed likewise: step t of a tile lies reach·t lines lower than its first step.
 *
 * Why this is right, in place: the level that step t makes overwrites the one that step t − 1 started from. So for s < t
 * two blocks of steps s and t conflict only where they are within the reach of each other along both axes, and then
 * the block of s must come first. It does: it lies at most reach·(t − s) lines higher, in the skewed coordinates
 * (line + reach·step) of both axes therefore no higher, and at equal fronts lower steps come first.
 * This holds for every subset of cells: a step that leaves cells out only takes conflicts away.
 *
 * Between threads: what a share reads, or overwrites for others, below its `lo + reach·t` it has itself computed or nobody
 * below still needs, so it waits for no share below. It waits for the one above from the first front whose step 1 reaches
 * across `hi`; that one is past everything in reach once its front has come `2·reach·(steps − 1)` lines far.
 * Shares of 2·reach lines or more keep all others out of reach.
 */
export function sweepShare(sweep: Sweep, share: Share, sweeper: Sweeper): void {
  const { steps, outer, inner, outerReach, innerReach, blocking } = sweep;
  const start = share.first ? outer.lo : share.lo;
  const topOf = (step: number) => (share.last ? outer.hi : Math.min(outer.hi, share.hi + outerReach * step));
  const end = topOf(steps - 1) + outerReach * (steps - 1);
  const tiles = tilesOf(sweep);
  for (let tile = 0; tile < tiles; tile += 1) {
    const tileLo = inner.lo + tile * blocking.tile;
    let awaited = share.last;
    let released = share.first;
    for (let front = start; front < end; front += blocking.front) {
      if (!awaited && front + blocking.front > share.hi) {
        sweeper.awaitAbove(tile);
        awaited = true;
      }
      for (let step = 0; step < steps; step += 1) {
        const outerLo = Math.max(
          share.first ? outer.lo : share.lo + outerReach * step,
          front - outerReach * step,
        );
        const outerHi = Math.min(topOf(step), front + blocking.front - outerReach * step);
        const innerLo = Math.max(inner.lo, tileLo - innerReach * step);
        const innerHi = Math.min(inner.hi, tileLo + blocking.tile - innerReach * step);
        if (outerLo < outerHi && innerLo < innerHi) sweeper.block(step, outerLo, outerHi, innerLo, innerHi);
      }
      if (!released && front + blocking.front >= share.lo + 2 * outerReach * (steps - 1)) {
        sweeper.releaseBelow(tile);
        released = true;
      }
    }
    if (!released) sweeper.releaseBelow(tile);
  }
}

/** The tiles that every share of a sweep goes through. */
export function tilesOf({ steps, inner, innerReach, blocking }: Sweep): number {
  return Math.ceil((inner.hi - inner.lo + innerReach * (steps - 1)) / blocking.tile);
}

/** Fewest lines of the outer axis in a share: fewer would wait for one another all the time, or get within reach of a third. */
export function leastShare(steps: number, outerReach: number, front: number): number {
  return Math.max(2 * outerReach * steps, front);
}

/**
 * Cuts the lines that a sweep computes into shares of equal work, at most `threads`, in the order of the axis.
 * The cuts move up in the course of a sweep, so they start lower, by half of that; and they lie whole fronts from the first line.
 */
export function sharesOf(
  computed: Range,
  { steps, outerReach, blocking: { front } }: Pick<Sweep, 'steps' | 'outerReach' | 'blocking'>,
  threads: number,
): readonly Share[] {
  const { lo, hi } = computed;
  const least = leastShare(steps, outerReach, front);
  const count = Math.max(1, Math.min(threads, Math.floor((hi - lo) / least)));
  const lowered = (outerReach * (steps - 1)) / 2;
  const cuts = [lo];
  for (let index = 1; index < count; index += 1) {
    const even = Math.round((((hi - lo) * index) / count - lowered) / front) * front;
    const lowest = (cuts[index - 1] as number) + least;
    cuts.push(Math.min(Math.max(lowest, lo + even), hi - (count - index) * least));
  }
  return cuts.map((cut, index) => ({
    lo: cut,
    hi: cuts[index + 1] ?? hi,
    first: index === 0,
    last: index === count - 1,
  }));
}
