import { StoreError } from '../errors.js';
import { BYTES_OF_CELL } from './memory.js';

// Cells in the store: f32 little-endian, dense, zstd. Typed arrays have the byte order of the machine, and
// browsers and Node run on little-endian ones only.

/** Loaded on first use: 750 kB that a page without a store never needs. */
async function zstd() {
  const { default: Zstd } = await import('numcodecs/zstd');
  return Zstd.fromConfig({ id: 'zstd', level: 1 });
}

/** `cells` compressed. */
export async function encodeCells(cells: Float32Array): Promise<Uint8Array> {
  const codec = await zstd();
  return codec.encode(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength));
}

/** The inverse of `encodeCells`. Throws StoreError unless `bytes` holds exactly `count` cells. */
export async function decodeCells(bytes: Uint8Array, count: number): Promise<Float32Array> {
  const codec = await zstd();
  let decoded: Uint8Array;
  try {
    decoded = await codec.decode(bytes);
  } catch (error) {
    throw new StoreError(`an object is not zstd: ${String(error)}`);
  }
  if (decoded.byteLength !== count * BYTES_OF_CELL) {
    throw new StoreError(`an object holds ${decoded.byteLength / BYTES_OF_CELL} cells in place of ${count}`);
  }
  return new Float32Array(decoded.slice().buffer);
}
