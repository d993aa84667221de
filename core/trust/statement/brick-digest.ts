import { BRICK_DIGEST_BYTES } from './digest-size.js';

/** The hash of all that is signed: BLAKE3, 32 bytes, as quick as it can be had. */
export type Digest = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** What is signed of a brick's whole state: the beginning of the hash of its cells, as they lie in memory. */
export async function brickDigest(cells: Float32Array, digest: Digest): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = cells;
  return (await digest(new Uint8Array(buffer, byteOffset, byteLength))).subarray(0, BRICK_DIGEST_BYTES);
}

/** Whether that was signed of the cells. */
export async function isDigestOf(signed: Uint8Array, cells: Float32Array, digest: Digest): Promise<boolean> {
  return sameDigest(signed, await brickDigest(cells, digest));
}

export const sameDigest = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
