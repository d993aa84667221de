import type { Slab } from '../../shaders/engine.js';
import { type Box, cellCount, intersect, isEmpty, shift, type Triple } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import { copyDense } from '../grid/dense.js';
import type { Job } from '../job/job.js';
import { type Part, partsOf } from '../parcel/parcel.js';
import { stateSlabs } from '../peer/load.js';
import type { ShownBricks } from './shown-bricks.js';
import { boxOfSpan, exchangeOf, type Span } from './span.js';

/**
 * Which bricks of a shard hold the cells of some slabs, as far as the shard has them itself: places among its bricks, ascending. What lies
 * beyond its edge came in as halos, or is its own across a periodic axis.
 */
export function bricksUnder(job: Job, span: Span, slabs: readonly Slab[]): number[] {
  const box = boxOfSpan(span);
  const boxes = slabs.flatMap((slab) => [
    intersect(slab.box, box),
    ...acrossThePeriod(job, span, slab).map(({ source }) => source.box),
  ]);
  const wanted = new Set(
    boxes.filter((part) => !isEmpty(part)).flatMap((part) => bricksOf(job.grid, part).map(String)),
  );
  return [...bricksOf(job.grid, box).entries()].flatMap(([place, brick]) =>
    wanted.has(String(brick)) ? [place] : [],
  );
}

/** The cells of slabs, one after the other, out of what a peer shows of its bricks and of the halos that came in at the same step. */
export function cellsOf(job: Job, span: Span, slabs: readonly Slab[], shown: ShownBricks): Float32Array {
  const inside = partsOfBricks(job, span, shown.bricks);
  const { incoming } = exchangeOf(job, span);
  // At a span's end nothing came in.
  const outside = shown.received.flatMap((cells, i) => partsOf(incoming[i]?.slabs ?? [], cells));
  const own = slabs
    .flatMap((slab) => acrossThePeriod(job, span, slab))
    .map(({ source, target }): Part<Slab> => ({ ...target, cells: gather(source, inside) }));
  const parts = [...inside, ...outside, ...own];
  const all = new Float32Array(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
  let offset = 0;
  for (const slab of slabs) {
    const cells = gather(slab, parts);
    all.set(cells, offset);
    offset += cells.length;
  }
  return all;
}

/** Cells of a slab that the shard has in its halo, and owns itself: an axis that is periodic and not cut. */
function acrossThePeriod(
  job: Job,
  span: Span,
  slab: Slab,
): { readonly source: Slab; readonly target: Slab }[] {
  const { own } = exchangeOf(job, span);
  return own.target.flatMap((target, i) => {
    const { box } = own.source[i] as Slab;
    const part = isOfOneArray(target, slab) ? intersect(target.box, slab.box) : undefined;
    if (!part || isEmpty(part)) return [];
    return [
      { source: { ...slab, box: shift(part, between(target.box, box)) }, target: { ...slab, box: part } },
    ];
  });
}

function between(a: Box, b: Box): Triple {
  return [b.lo[0] - a.lo[0], b.lo[1] - a.lo[1], b.lo[2] - a.lo[2]];
}

function partsOfBricks(job: Job, span: Span, bricks: ReadonlyMap<number, Float32Array>): Part<Slab>[] {
  const all = bricksOf(job.grid, boxOfSpan(span));
  return [...bricks].flatMap(([place, cells]) =>
    partsOf(stateSlabs(job, brickBox(job.grid, all[place] as Triple)), cells),
  );
}

function gather(slab: Slab, parts: readonly Part<Slab>[]): Float32Array {
  const cells = new Float32Array(cellCount(slab.box));
  for (const part of parts) {
    if (!isOfOneArray(part, slab)) continue;
    const common = intersect(part.box, slab.box);
    if (isEmpty(common)) continue;
    copyDense(part, { cells, box: slab.box }, common);
  }
  return cells;
}

/** Whether two name cells of the same array. */
export const isOfOneArray = (a: Slab, b: Slab): boolean =>
  a.component === b.component && a.field === b.field && a.level === b.level;
