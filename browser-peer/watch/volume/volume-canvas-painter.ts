import { SHADES } from '../colours.js';
import { project } from './projection.js';
import { opacityOf, type VolumePainter } from './volume-painting.js';

/** Pixels along an edge: a processor takes some 20 ms for as many rays through 64³ samples. */
const CANVAS_PIXELS = 180;

/** Paints with the processor. @throws RangeError where the canvas is another painter's. */
export function volumeCanvasPainter(canvas: HTMLCanvasElement): VolumePainter {
  const context = canvas.getContext('2d');
  if (!context) throw new RangeError('this canvas is painted otherwise already');
  [canvas.width, canvas.height] = [CANVAS_PIXELS, CANVAS_PIXELS];
  const image = new ImageData(CANVAS_PIXELS, CANVAS_PIXELS);
  return {
    kind: 'canvas',
    paint(volume, turn, { table, low, high }) {
      const strongest = project(volume, turn, CANVAS_PIXELS);
      const scale = (SHADES - 1) / (high - low);
      for (const [i, value] of strongest.entries()) {
        const shade = Math.round(Math.min(SHADES - 1, Math.max(0, (value - low) * scale)));
        const from = Number.isNaN(value) ? 0 : 4 * shade;
        for (let channel = 0; channel < 3; channel++) {
          image.data[4 * i + channel] = table[from + channel] as number;
        }
        image.data[4 * i + 3] = Number.isNaN(value) ? 0 : Math.round(255 * opacityOf(value, high));
      }
      context.putImageData(image, 0, 0);
    },
    close() {},
  };
}
