import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { PNG } from 'pngjs';
import { diverging } from './colour-map.js';
import type { Slice } from './slice.js';

const MIN_PIXELS = 256;
const SHADES = 255;

/**
 * A PNG of a plane: blue below 0, red above, the range symmetric about 0, the first row at the bottom as in a plot.
 * A cell is one pixel, or a square of pixels where the longer side would have fewer than 256. NaN is transparent.
 */
export async function pictureOf({ height, width, values }: Slice): Promise<Uint8Array> {
  const scale = Math.max(1, Math.ceil(MIN_PIXELS / Math.max(height, width)));
  const peak = largest(values);
  const table = Array.from({ length: SHADES }, (_, i) => diverging((2 * i) / (SHADES - 1) - 1));
  const png = new PNG({ width: width * scale, height: height * scale });
  for (let row = 0; row < png.height; row++) {
    const y = height - 1 - Math.floor(row / scale);
    for (let column = 0; column < png.width; column++) {
      const value = values[y * width + Math.floor(column / scale)] as number;
      if (Number.isNaN(value)) continue;
      const shade = peak === 0 ? 0 : value / peak;
      const colour = table[Math.round(((shade + 1) / 2) * (SHADES - 1))];
      if (colour !== undefined) png.data.set([...colour, 255], 4 * (row * png.width + column));
    }
  }
  // pngjs is a stream of the first kind, which has no async iterator.
  return buffer(new Readable().wrap(png.pack()));
}

/** The largest absolute value; NaN counts for nothing. */
function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
