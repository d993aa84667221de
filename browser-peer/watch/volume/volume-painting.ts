import type { Volume } from '../../../core/watch/plane.js';
import type { Colouring } from '../painting.js';
import type { Turn } from './turn.js';

/**
 * Paints volumes into a square canvas: of each ray the value farthest from 0, in its colour, and the more opaque the farther. What nobody
 * knows is clear.
 */
export interface VolumePainter {
  readonly kind: 'webgpu' | 'canvas';
  paint(volume: Volume, turn: Turn, colouring: Colouring): void;
  close(): void;
}

/** How opaque a value is: 0 at 0, 1 from the end of the colours on. */
export const opacityOf = (value: number, high: number): number => Math.min(1, Math.abs(value) / high);
