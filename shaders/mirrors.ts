import { type Axis, type Box, isEmpty, type Triple } from '../core/grid/box.js';
import type { ShardSpec } from './engine.js';

/** Ghost cells beyond one face of the domain. */
export interface GhostSlab {
  readonly axis: Axis;
  readonly side: 'lo' | 'hi';
  readonly box: Box;
}

/**
 * The ghost slabs of a shard, along x, then y, then z. Filled in this order, each from cells that are right by then, also
 * those beyond edges and corners are right: a later slab runs across the ghosts of the axes before.
 */
export function ghostSlabs({ frame, domain = frame }: Pick<ShardSpec, 'frame' | 'domain'>): GhostSlab[] {
  const slabs: GhostSlab[] = [];
  let filled = domain;
  for (const axis of [2, 1, 0] as const) {
    slabs.push({ axis, side: 'lo', box: withAxis(filled, axis, frame.lo[axis], domain.lo[axis]) });
    slabs.push({ axis, side: 'hi', box: withAxis(filled, axis, domain.hi[axis], frame.hi[axis]) });
    filled = withAxis(filled, axis, frame.lo[axis], frame.hi[axis]);
  }
  return slabs.filter(({ box }) => !isEmpty(box));
}

function withAxis({ lo, hi }: Box, axis: Axis, from: number, to: number): Box {
  const replaced = (corner: Triple, value: number): Triple => corner.with(axis, value) as unknown as Triple;
  return { lo: replaced(lo, from), hi: replaced(hi, to) };
}
