import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { PNG } from 'pngjs';
import { diverging } from '../../core/colour/diverging.js';
import type { Slice } from './slice.js';

const MIN_PIXELS = 256;
const SHADES = 255;

/** A plane painted: 4 bytes a pixel, red, green, blue and opacity, the first row of pixels at the top. */
export interface Painting {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Pixels along each edge of a cell: one, or where the plane's longer side would have fewer than 256 of them, more. */
const pixelsPerCell = ({ height, width }: Pick<Slice, 'height' | 'width'>): number =>
  Math.max(1, Math.ceil(MIN_PIXELS / Math.max(height, width)));

/**
 * A plane in colours: blue below 0, red above, from −`peak` to `peak`, the first row at the bottom as in a plot. NaN
 * is transparent black.
 */
export function paint(slice: Slice, peak = largest(slice.values)): Painting {
  const { height, width, values } = slice;
  const scale = pixelsPerCell(slice);
  const rgba = new Uint8Array(4 * width * scale * height * scale);
  const across = width * scale;
  for (let row = 0; row < height * scale; row++) {
    const y = height - 1 - Math.floor(row / scale);
    for (let column = 0; column < across; column++) {
      const value = values[y * width + Math.floor(column / scale)] as number;
      if (Number.isNaN(value)) continue;
      const shade = peak === 0 ? 0 : Math.max(-1, Math.min(1, value / peak));
      const colour = TABLE[Math.round(((shade + 1) / 2) * (SHADES - 1))];
      if (colour !== undefined) rgba.set([...colour, 255], 4 * (row * across + column));
    }
  }
  return { width: across, height: height * scale, rgba };
}

const TABLE = Array.from({ length: SHADES }, (_, i) => diverging((2 * i) / (SHADES - 1) - 1));

/** A PNG of a plane, painted; where no peak is given the range is the plane's own. */
export async function pictureOf(slice: Slice, peak?: number): Promise<Uint8Array> {
  const { width, height, rgba } = paint(slice, peak);
  const png = new PNG({ width, height });
  png.data.set(rgba);
  // pngjs is a stream of the first kind, which has no async iterator.
  return buffer(new Readable().wrap(png.pack()));
}

/** The largest absolute value; NaN counts for nothing. */
export function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
