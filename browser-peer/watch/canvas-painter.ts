import { SHADES } from './colours.js';
import type { Painter } from './painting.js';

/** Paints with the processor. @throws RangeError where the canvas is another painter's. */
export function canvasPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d');
  if (!context) throw new RangeError('this canvas is painted otherwise already');
  let image = new ImageData(1, 1);
  return {
    kind: 'canvas',
    paint({ rows, columns, values }, { table, low, high }) {
      if (image.width !== columns || image.height !== rows) {
        [canvas.width, canvas.height] = [columns, rows];
        image = new ImageData(columns, rows);
      }
      const colours = new Uint32Array(table.buffer, table.byteOffset, SHADES);
      const pixels = new Uint32Array(image.data.buffer);
      const scale = (SHADES - 1) / (high - low);
      for (let row = 0; row < rows; row++) {
        const start = (rows - 1 - row) * columns;
        for (let column = 0; column < columns; column++) {
          const value = values[row * columns + column] as number;
          const shade = Math.round(Math.min(SHADES - 1, Math.max(0, (value - low) * scale)));
          pixels[start + column] = Number.isNaN(value) ? 0 : (colours[shade] as number);
        }
      }
      context.putImageData(image, 0, 0);
    },
    close() {},
  };
}
