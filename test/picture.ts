import type { Page } from 'playwright';
import { tableOf } from '../browser-peer/watch/colours.js';
import { project } from '../browser-peer/watch/volume/projection.js';
import type { Turn } from '../browser-peer/watch/volume/turn.js';
import type { Plane, Volume } from '../core/watch/plane.js';

/** What a canvas shows: RGBA, row by row from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

/** The plane on a watch page, pixel by pixel. A canvas that a GPU paints cannot be read so. */
export const pictureOn = (page: Page): Promise<Picture> => canvasOn(page, 'plane');

/** The volume on a watch page, as it is turned. */
export const volumeOn = (page: Page): Promise<Picture> => canvasOn(page, 'volume');

const canvasOn = (page: Page, id: string): Promise<Picture> =>
  page.evaluate((canvasId) => {
    const canvas = document.getElementById(canvasId) as HTMLCanvasElement;
    const { width, height } = canvas;
    const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, width, height);
    return { width, height, data: [...data] };
  }, id);

/**
 * Pixels that have not the colour of their sample in colours from −`peak` to `peak`. It was rounded twice, by the peer and by
 * the store's route: one shade to either side is the same.
 */
export function wrongPixels({ width, height, data }: Picture, plane: Plane, peak: number): number {
  if (width !== plane.columns || height !== plane.rows) return width * height;
  const table = tableOf('diverging');
  const colourAt = (shade: number) => table.subarray(4 * shade, 4 * shade + 4).join();
  return plane.values.reduce((wrong, value, i) => {
    const [row, column] = [Math.floor(i / plane.columns), i % plane.columns];
    const at = 4 * ((plane.rows - 1 - row) * plane.columns + column);
    const shade = Math.round(((value + peak) / (2 * peak)) * 254);
    const near = [shade - 1, shade, shade + 1].map(colourAt);
    return near.includes(data.slice(at, at + 4).join()) ? wrong : wrong + 1;
  }, 0);
}

/** Of a canvas only colours that are so opaque can be read: it keeps them multiplied by their opacity. */
const READABLE = 100;

/**
 * Pixels of a turned volume that are not as opaque as the value farthest from 0 along their ray, or have not its colour, in colours
 * from −`peak` to `peak`; and how many colours were compared. `error`: the farthest that any value that was painted may be from `volume`'s.
 */
export function wrongRays(
  { width, data }: Picture,
  volume: Volume,
  { turn, peak, error }: { readonly turn: Turn; readonly peak: number; readonly error: number },
): { readonly wrong: number; readonly colours: number } {
  const sided = (side: 1 | -1): Volume => ({
    ...volume,
    values: volume.values.map((value) => Math.max(0, side * value)),
  });
  const [highest, lowest] = [project(sided(1), turn, width), project(sided(-1), turn, width)];
  const table = tableOf('diverging');
  const opacityAt = (value: number) => 255 * Math.min(1, Math.max(0, value) / peak);
  const shadeAt = (value: number) => Math.min(254, Math.max(0, ((value + peak) / (2 * peak)) * 254));
  let [wrong, colours] = [0, 0];
  for (const [i, above] of highest.entries()) {
    const below = lowest[i] as number;
    const [red, green, blue, opacity] = data.slice(4 * i, 4 * i + 4) as [number, number, number, number];
    if (Number.isNaN(above)) {
      if (opacity !== 0) wrong += 1;
      continue;
    }
    const farthest = Math.max(above, below);
    const isAsOpaque =
      opacity >= opacityAt(farthest - error) - 1 && opacity <= opacityAt(farthest + error) + 1;
    if (!isAsOpaque) wrong += 1;
    // Where both are as far from 0, either may have been the farther.
    if (opacity < READABLE || Math.abs(above - below) <= 2 * error) continue;
    colours += 1;
    const value = above > below ? above : -below;
    const rounded = 255 / opacity + 1;
    let isNear = false;
    for (
      let shade = Math.floor(shadeAt(value - error));
      shade <= Math.ceil(shadeAt(value + error));
      shade++
    ) {
      const [r, g, b] = table.subarray(4 * shade, 4 * shade + 3) as unknown as [number, number, number];
      isNear ||= Math.max(Math.abs(r - red), Math.abs(g - green), Math.abs(b - blue)) <= rounded;
    }
    if (!isNear) wrong += 1;
  }
  return { wrong, colours };
}
