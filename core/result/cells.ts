import { compress, decompress } from './zstd.js';

// Cells in the store: f32 little-endian (the order of every platform with WebAssembly or WebGPU), C order `[z, y, x]`, zstd.

/** Bytes of a checkpoint's brick, a job's input or a chunk of an output. The cells are not changed. */
export async function encodeCells(cells: Float32Array): Promise<Uint8Array> {
  return compress(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength));
}

/** The cells of `encodeCells`. Throws StoreError where the bytes are torn or do not hold `count` cells. */
export async function decodeCells(bytes: Uint8Array, count: number): Promise<Float32Array> {
  return new Float32Array((await decompress(bytes, count * Float32Array.BYTES_PER_ELEMENT)).buffer);
}
