import { sha256 as portable } from '@noble/hashes/sha2';

/**
 * SHA-256. What platforms have of their own is three times as fast where it is synchronous (Node's is); `sha256` runs everywhere.
 */
export type Hash = (bytes: Uint8Array) => Uint8Array;

export const sha256: Hash = portable;

export const HASH_BYTES = 32;

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** The one NaN that stands for all: engines may make any. */
const NAN_BITS = 0x7fc00000;

/** f32 as bytes that are equal if and only if the cells are: little-endian (the order of every platform with WebAssembly or WebGPU), one NaN, and −0 is not 0. */
export function canonicalBytes(cells: Float32Array): Uint8Array {
  const bits = new Uint32Array(cells.length);
  bits.set(new Uint32Array(cells.buffer, cells.byteOffset, cells.length));
  for (const [index, cell] of cells.entries()) if (Number.isNaN(cell)) bits[index] = NAN_BITS;
  return new Uint8Array(bits.buffer);
}
