import type { WaveFormat } from '../../shaders/engine.js';

/**
 * From so large a number on a device may leave the range where another one does not yet: what a model makes of it on the way, as its square
 * or its sum with others, is larger than what comes of it in the end. f32 ends at 3.4e38, and f16 at 65504.
 */
const EDGE: Readonly<Record<WaveFormat, number>> = { f32: 1e30, f16: 2 ** 14 };

export const areFinite = (all: readonly Float32Array[]): boolean =>
  all.every((cells) => cells.every(Number.isFinite));

/** Whether one of the cells is finite, and at the edge of the range of the format that a device keeps waves in. */
export const reachesEdge = (all: readonly Float32Array[], format: WaveFormat): boolean =>
  all.some((cells) => cells.some((cell) => Math.abs(cell) >= EDGE[format] && Number.isFinite(cell)));
