import type { Volume } from '../../../core/watch/plane.js';
import { basisOf, dot, radiusOf, type Turn, type Vector } from './turn.js';

/**
 * What parallel rays through a volume meet: of each the value farthest from 0, as it is, or NaN where it meets none. `[size, size]`, the top
 * row first. Samples are cubes of side 1 and not smoothed: seen along an axis, each pixel is a maximum of values that came.
 */
export function project(volume: Volume, turn: Turn, size: number): Float32Array {
  const shape: Vector = [volume.columns, volume.rows, volume.layers];
  const { right, up, toward } = basisOf(turn);
  const radius = radiusOf(shape);
  const strongest = new Float32Array(size * size);
  for (let line = 0; line < size; line++) {
    const v = radius * (1 - (2 * line + 1) / size);
    for (let column = 0; column < size; column++) {
      const u = radius * ((2 * column + 1) / size - 1);
      const start: Vector = [
        shape[0] / 2 + u * right[0] + v * up[0],
        shape[1] / 2 + u * right[1] + v * up[1],
        shape[2] / 2 + u * right[2] + v * up[2],
      ];
      strongest[line * size + column] = alongRay(volume, shape, start, toward);
    }
  }
  return strongest;
}

function alongRay(
  { values, rows, columns, layers }: Volume,
  shape: Vector,
  start: Vector,
  way: Vector,
): number {
  let [enters, leaves] = [-Infinity, Infinity];
  for (const axis of [0, 1, 2] as const) {
    if (Math.abs(way[axis]) < 1e-9) {
      if (start[axis] < 0 || start[axis] >= shape[axis]) return Number.NaN;
      continue;
    }
    const [a, b] = [-start[axis] / way[axis], (shape[axis] - start[axis]) / way[axis]];
    enters = Math.max(enters, Math.min(a, b));
    leaves = Math.min(leaves, Math.max(a, b));
  }
  const steps = Math.ceil(leaves - enters - 1e-6);
  let strongest = Number.NaN;
  let most = -1;
  for (let i = 0; i < steps; i++) {
    const t = enters + ((i + 0.5) * (leaves - enters)) / steps;
    const x = Math.min(columns - 1, Math.max(0, Math.floor(start[0] + t * way[0])));
    const y = Math.min(rows - 1, Math.max(0, Math.floor(start[1] + t * way[1])));
    const z = Math.min(layers - 1, Math.max(0, Math.floor(start[2] + t * way[2])));
    const value = values[(z * rows + y) * columns + x] as number;
    const size = Math.abs(value);
    // False for what nobody knows.
    if (size > most) [strongest, most] = [value, size];
  }
  return strongest;
}

/** Where the corners of a box lie in the picture, from 0 to 1 across and down: those with bit 0, 1 and 2 set are at its far end along x, y and z. */
export function cornersOf(
  { lo, hi }: { readonly lo: Vector; readonly hi: Vector },
  shape: Vector,
  turn: Turn,
): readonly (readonly [across: number, down: number])[] {
  const { right, up } = basisOf(turn);
  const radius = radiusOf(shape);
  return Array.from({ length: 8 }, (_, corner) => {
    const at = ([0, 1, 2] as const).map(
      (axis) => ((corner >> axis) & 1 ? hi[axis] : lo[axis]) - shape[axis] / 2,
    ) as unknown as Vector;
    return [0.5 + dot(at, right) / (2 * radius), 0.5 - dot(at, up) / (2 * radius)] as const;
  });
}
