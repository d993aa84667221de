import { type Axis, type Box, isEmpty, shift, type Triple } from '../core/grid/box.js';
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

/** One layer of ghost cells, and the layer inside whose mirror image it is. */
export interface GhostLayer {
  readonly from: Box;
  readonly to: Box;
}

/** The layers of a slab, from the face outwards. */
export function layersOf({ axis, side, box }: GhostSlab): GhostLayer[] {
  const thickness = box.hi[axis] - box.lo[axis];
  return Array.from({ length: thickness }, (_, layer): GhostLayer => {
    const place = side === 'lo' ? box.hi[axis] - 1 - layer : box.lo[axis] + layer;
    const to = withAxis(box, axis, place, place + 1);
    const inwards = (2 * layer + 1) * (side === 'lo' ? 1 : -1);
    const by: [number, number, number] = [0, 0, 0];
    by[axis] = inwards;
    return { from: shift(to, by), to };
  });
}

function withAxis({ lo, hi }: Box, axis: Axis, from: number, to: number): Box {
  const replaced = (corner: Triple, value: number): Triple => corner.with(axis, value) as unknown as Triple;
  return { lo: replaced(lo, from), hi: replaced(hi, to) };
}
