import { StoreError } from '../errors.js';
import { MAX_SERIES_BYTES } from '../protocol/limits.js';

// A series in the store: f32 little-endian (the order of every platform with WebAssembly or WebGPU), as it is.

/** The most values of a series. */
export const MAX_SERIES_VALUES = MAX_SERIES_BYTES / Float32Array.BYTES_PER_ELEMENT;

/** Bytes of a series, of at most `MAX_SERIES_VALUES` values. */
export function encodeSeries(values: Float32Array): Uint8Array {
  return new Uint8Array(values.slice().buffer);
}

/** The values of `encodeSeries`. Throws StoreError where the bytes are no series. */
export function decodeSeries(bytes: Uint8Array): Float32Array {
  const whole = bytes.byteLength % Float32Array.BYTES_PER_ELEMENT === 0;
  if (!whole || bytes.byteLength === 0 || bytes.byteLength > MAX_SERIES_BYTES) {
    throw new StoreError(`a series that cannot be read: ${bytes.byteLength} bytes`);
  }
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  if (!values.every(Number.isFinite)) throw new StoreError('a series that holds NaN or infinities');
  return values;
}
