import type { Plane } from '../../core/watch/plane.js';

/** How values become colours. */
export interface Colouring {
  /** `[SHADES]` colours: see `tableOf`. */
  readonly table: Uint8ClampedArray;
  readonly low: number;
  readonly high: number;
}

/** Paints planes into a canvas, a pixel a sample, the first row at the bottom as in a plot. NaN is left transparent. */
export interface Painter {
  readonly kind: 'webgpu' | 'canvas';
  paint(plane: Plane, colouring: Colouring): void;
  close(): void;
}
