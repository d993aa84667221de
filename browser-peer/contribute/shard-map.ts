import { type Box, boxOfShape, cellCount, shapeOf, type Triple } from '../../core/grid/box.js';
import { count, percent } from './numbers.js';
import { facesOf, type Point, paintOrder } from './projection.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Of the longest edge: lets the pieces be told apart. */
const GAP = 0.02;
const TEXT_SIZE = 0.07;
const AXIS_NAMES = ['z', 'y', 'x'] as const;

export interface ShardMap {
  /** Cells `[nz, ny, nx]`; `nz` is 1 in 2-D. */
  readonly shape: Triple;
  readonly dimensions: 2 | 3;
  readonly boxes: readonly Box[];
  /** Index of this device's box; undefined where it has none. */
  readonly own: number | undefined;
}

/** The grid with all its shards, this device's own marked. For sighted people: `describeMap` says the same in words. */
export function drawMap({ shape, dimensions, boxes, own }: ShardMap): SVGSVGElement {
  const [z, y, x] = shape;
  const longest = Math.max(z, y, x);
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('aria-hidden', 'true');
  for (const index of paintOrder(boxes)) {
    drawing.append(shard(shrunk(boxes[index] as Box, longest), dimensions, index === own ? 'own' : 'other'));
  }
  const mine = own === undefined ? undefined : boxes[own];
  // Once more, on top: in the middle of the space it is hidden by those in front.
  if (mine && dimensions === 3) drawing.append(shard(shrunk(mine, longest), dimensions, 'own-outline'));

  const corners = facesOf(boxOfShape(shape), dimensions).flatMap((face) => face.corners);
  drawing.append(...axisLabels(shape, dimensions, longest));
  drawing.setAttribute('viewBox', viewBox(corners, longest * TEXT_SIZE));
  return drawing;
}

/** Number, size, share and place of the own shard, in words. */
export function describeMap({ shape, dimensions, boxes, own }: ShardMap): string {
  const box = own === undefined ? undefined : boxes[own];
  if (own === undefined || !box) {
    return boxes.length === 1
      ? 'One device computes all of it.'
      : `${count(boxes.length)} devices compute a piece each.`;
  }
  const axes = dimensions === 2 ? [2, 1] : [2, 1, 0];
  const places = axes.map((axis) => {
    return `${AXIS_NAMES[axis]} ${count(box.lo[axis] as number)} to ${count((box.hi[axis] as number) - 1)}`;
  });
  const size = axes.map((axis) => count(shapeOf(box)[axis] as number)).join(' × ');
  const share = percent(cellCount(box), cellCount(boxOfShape(shape)));
  const which =
    boxes.length === 1 ? 'The whole space' : `Piece ${own + 1} of ${boxes.length}, ${share} of the space`;
  return `${which}: ${size} cells, at ${places.join(', ')}.`;
}

function shard(box: Box, dimensions: 2 | 3, name: string): SVGGElement {
  const group = document.createElementNS(SVG, 'g');
  group.setAttribute('class', name);
  for (const { side, corners } of facesOf(box, dimensions)) {
    const polygon = document.createElementNS(SVG, 'polygon');
    polygon.setAttribute('class', side);
    polygon.setAttribute('points', corners.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(' '));
    group.append(polygon);
  }
  return group;
}

function shrunk({ lo, hi }: Box, longest: number): Box {
  const gap = ([0, 1, 2] as const).map((axis) => Math.min((longest * GAP) / 2, (hi[axis] - lo[axis]) / 8));
  const [z = 0, y = 0, x = 0] = gap;
  return { lo: [lo[0] + z, lo[1] + y, lo[2] + x], hi: [hi[0] - z, hi[1] - y, hi[2] - x] };
}

/** The axes' names and lengths, beside the edges they belong to. */
function axisLabels([z, y, x]: Triple, dimensions: 2 | 3, longest: number): SVGTextElement[] {
  const size = longest * TEXT_SIZE;
  if (dimensions === 2) {
    return [
      label(`x ${count(x)}`, [x / 2, size * 1.4], 'middle', size),
      label(`y ${count(y)}`, [-size * 0.6, -y / 2], 'end', size),
    ];
  }
  const edge = (from: Triple, to: Triple): Point => {
    const middle: Triple = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2];
    const [point] = facesOf({ lo: middle, hi: middle }, 3).flatMap((face) => face.corners);
    return point as Point;
  };
  const below = edge([0, y, 0], [0, y, x]);
  const right = edge([0, 0, x], [0, y, x]);
  const left = edge([0, y, 0], [z, y, 0]);
  return [
    label(`x ${count(x)}`, [below[0] - size * 0.5, below[1] + size * 1.3], 'end', size),
    label(`y ${count(y)}`, [right[0] + size * 0.5, right[1] + size * 1.3], 'start', size),
    label(`z ${count(z)}`, [left[0] - size * 0.5, left[1]], 'end', size),
  ];
}

function label(words: string, [x, y]: Point, anchor: string, size: number): SVGTextElement {
  const text = document.createElementNS(SVG, 'text');
  text.setAttribute('x', rounded(x));
  text.setAttribute('y', rounded(y));
  text.setAttribute('text-anchor', anchor);
  text.setAttribute('font-size', rounded(size));
  text.textContent = words;
  return text;
}

/** Around all points, with space for the labels at the left and below. */
function viewBox(points: readonly Point[], textSize: number): string {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs) - 5 * textSize, Math.min(...ys) - textSize / 4];
  const [right, bottom] = [Math.max(...xs) + textSize / 4, Math.max(...ys) + 2 * textSize];
  return [left, top, right - left, bottom - top].map(rounded).join(' ');
}

const rounded = (value: number) => String(Math.round(value * 100) / 100);
