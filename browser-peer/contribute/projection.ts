import { AXES, type Box, type Triple } from '../../core/grid/box.js';

/** A point of the drawing; y points down, as in SVG. */
export type Point = readonly [x: number, y: number];

export interface Face {
  readonly side: 'top' | 'left' | 'right';
  readonly corners: readonly Point[];
}

const COS_30 = Math.cos(Math.PI / 6);

/**
 * The faces of a box that show. 2-D: its x–y rectangle, x to the right and y up. 3-D: seen isometrically from
 * high z, high y and high x, with z up, x to the right below and y to the left below.
 */
export function facesOf({ lo, hi }: Box, dimensions: 2 | 3): readonly Face[] {
  const [z0, y0, x0] = lo;
  const [z1, y1, x1] = hi;
  if (dimensions === 2) {
    const corners: Point[] = [
      [x0, -y0],
      [x1, -y0],
      [x1, -y1],
      [x0, -y1],
    ];
    return [{ side: 'top', corners }];
  }
  const face = (side: Face['side'], ...cells: readonly Triple[]) => ({ side, corners: cells.map(isometric) });
  return [
    face('left', [z0, y1, x0], [z0, y1, x1], [z1, y1, x1], [z1, y1, x0]),
    face('right', [z0, y0, x1], [z0, y1, x1], [z1, y1, x1], [z1, y0, x1]),
    face('top', [z1, y0, x0], [z1, y0, x1], [z1, y1, x1], [z1, y1, x0]),
  ];
}

function isometric([z, y, x]: Triple): Point {
  return [(x - y) * COS_30, (x + y) / 2 - z];
}

/**
 * The order in which to paint disjoint boxes so that nearer ones cover farther ones; indices into `boxes`.
 * A recursive bisection always has one: two of its boxes are parted by a plane.
 */
export function paintOrder(boxes: readonly Box[]): readonly number[] {
  const painted = new Set<number>();
  const visiting = new Set<number>();
  const order: number[] = [];
  const paint = (index: number) => {
    if (painted.has(index) || visiting.has(index)) return;
    visiting.add(index);
    for (const [other, box] of boxes.entries()) if (isBehind(box, boxes[index] as Box)) paint(other);
    painted.add(index);
    order.push(index);
  };
  for (const index of boxes.keys()) paint(index);
  return order;
}

/** Whether `a` must be painted before `b`: it is parted from it toward low coordinates, and nowhere toward high ones. */
function isBehind(a: Box, b: Box): boolean {
  if (a === b) return false;
  return AXES.some((axis) => a.hi[axis] <= b.lo[axis]) && !AXES.some((axis) => b.hi[axis] <= a.lo[axis]);
}
