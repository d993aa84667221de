import { EngineError } from '../../core/errors.js';
import { type Box, grow, intersect, shapeOf, type Triple } from '../../core/grid/box.js';
import type { ShardSpec } from '../engine.js';
import { waveFormat } from './cell-format.js';
import { arrayBytes, memoryShape } from './memory-shape.js';
import { largestFormat } from './shard-state.js';

/** What one set of buffers holds of a shard whose arrays are too large for a single buffer or binding. */
export interface Part {
  /** The cells that this part updates. The cores of all parts are the frame. */
  readonly core: Box;
  /** The core, and as many layers of its neighbours' cells as an update reaches: copies, renewed after each step. */
  readonly frame: Box;
}

/** The axis along which a shard is cut: the outermost, so that a layer is one run of memory. */
export const cutAxis = (dimensions: 2 | 3) => (dimensions === 3 ? 0 : 1);

/**
 * Cuts a shard so that no array of a part exceeds `largestArray` bytes. One part, if it can be.
 * Throws EngineError where even the thinnest parts do.
 */
export function cutIntoParts(spec: ShardSpec, largestArray: number): readonly [Part, ...Part[]] {
  const { frame, dimensions, model } = spec;
  const { radius } = model.model;
  const axis = cutAxis(dimensions);
  const shape = shapeOf(frame);
  const layers = shape[axis];
  const layer = memoryShape(shape.with(axis, 1) as unknown as Triple, waveFormat(spec));
  const layerBytes = arrayBytes(layer, largestFormat(spec));
  const mostLayers = Math.floor(largestArray / layerBytes);
  if (layers <= mostLayers) return [{ core: frame, frame }];
  const thickest = mostLayers - 2 * radius;
  // Parts of equal size are then at least a radius thick: what a neighbour reads, and what a face mirrors, lies in one.
  if (thickest < 2 * radius) {
    throw new EngineError(
      `a layer of this shard is ${layerBytes} bytes, and this GPU takes arrays of ` +
        `${largestArray}, which must hold ${4 * radius}: cut the grid into smaller shards (more peers), or use the wasm engine`,
    );
  }
  const count = Math.ceil(layers / thickest);
  const margin = [0, 0, 0].with(axis, radius) as unknown as Triple;
  const parts = Array.from({ length: count }, (_, index): Part => {
    const place = (part: number) => frame.lo[axis] + Math.floor((part * layers) / count);
    const core: Box = {
      lo: frame.lo.with(axis, place(index)) as unknown as Triple,
      hi: frame.hi.with(axis, place(index + 1)) as unknown as Triple,
    };
    return { core, frame: intersect(grow(core, margin), frame) };
  });
  return parts as unknown as readonly [Part, ...Part[]];
}
