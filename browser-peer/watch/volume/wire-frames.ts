import { cornersOf } from './projection.js';
import type { Turn, Vector } from './turn.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Corners that differ by one bit: the twelve edges. */
const EDGES = Array.from({ length: 8 }, (_, from) =>
  [1, 2, 4].flatMap((bit) => (from & bit ? [] : [[from, from | bit] as const])),
).flat();

/** A box, as `[x, y, z]`, in cells. */
export interface WireFrame {
  readonly kind: 'outline' | 'border';
  readonly lo: Vector;
  readonly hi: Vector;
}

/** Draws the edges of boxes in a grid of `shape` `[nx, ny, nz]`, turned as the volume is. */
export function drawFrames(
  drawing: SVGSVGElement,
  frames: readonly WireFrame[],
  shape: Vector,
  turn: Turn,
): void {
  drawing.setAttribute('viewBox', '0 0 1 1');
  drawing.replaceChildren(
    ...frames.map(({ kind, ...box }) => {
      const corners = cornersOf(box, shape, turn);
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', kind);
      const edge = ([from, to]: readonly [number, number]) =>
        `M${corners[from]?.join(' ')}L${corners[to]?.join(' ')}`;
      path.setAttribute('d', EDGES.map(edge).join(''));
      return path;
    }),
  );
}
