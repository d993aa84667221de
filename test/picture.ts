import type { Page } from 'playwright';
import { tableOf } from '../browser-peer/watch/colours.js';
import type { Plane } from '../core/watch/plane.js';

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
