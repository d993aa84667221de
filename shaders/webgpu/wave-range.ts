import { DivergedError, EngineError } from '../../core/errors.js';
import { cellCount } from '../../core/grid/box.js';
import type { ShardSpec, Slab } from '../engine.js';
import { LARGEST_HALF, waveFormat } from './cell-format.js';

const REMEDY = 'choose a larger unit of amplitude, or keep waves in f32';

/** Throws EngineError where waves that are to be kept in f16 are none that it holds. */
export function checkWritten(spec: ShardSpec, slabs: readonly Slab[], data: Float32Array): void {
  if (waveFormat(spec) === 'f32') return;
  const waves = new Set(
    spec.model.model.fields.filter(({ kind }) => kind === 'wave').map(({ name }) => name),
  );
  let start = 0;
  for (const { field, box } of slabs) {
    const end = start + cellCount(box);
    const beyond = waves.has(field)
      ? data.subarray(start, end).find((value) => !(Math.abs(value) <= LARGEST_HALF))
      : undefined;
    if (beyond !== undefined) {
      throw new EngineError(`${field} is ${beyond}, and f16 holds ±${LARGEST_HALF} at most: ${REMEDY}`);
    }
    start = end;
  }
}

/** Throws DivergedError where cells that are handed out say that a wave was once too large for f16: it is infinite then. */
export function checkRead(spec: ShardSpec, data: Float32Array): Float32Array {
  if (waveFormat(spec) === 'f32' || data.every((value) => Number.isFinite(value))) return data;
  throw new DivergedError(`a wave has grown beyond ±${LARGEST_HALF}, the most that f16 holds: ${REMEDY}`);
}
