import { crc32c } from '@aws-crypto/crc32c';
import { StoreError } from '../../core/errors.js';

// The index of an object of many chunks: for each its offset and length, u64 little-endian, in C order of the chunks;
// all bits set where there is none. A CRC-32C of these follows. zarrita reads them, and does not write them.

/** Where a chunk lies in its object. */
export interface Place {
  readonly from: number;
  readonly length: number;
}

const NONE = 2n ** 64n - 1n;
const ENTRY_BYTES = 16;
const CHECKSUM_BYTES = 4;

export const indexBytes = (chunks: number): number => chunks * ENTRY_BYTES + CHECKSUM_BYTES;

export function encodeIndex(places: readonly (Place | undefined)[]): Uint8Array {
  const bytes = new Uint8Array(indexBytes(places.length));
  const view = new DataView(bytes.buffer);
  for (const [i, place] of places.entries()) {
    view.setBigUint64(i * ENTRY_BYTES, place === undefined ? NONE : BigInt(place.from), true);
    view.setBigUint64(i * ENTRY_BYTES + 8, place === undefined ? NONE : BigInt(place.length), true);
  }
  const end = bytes.length - CHECKSUM_BYTES;
  view.setUint32(end, crc32c(bytes.subarray(0, end)), true);
  return bytes;
}

/** @throws StoreError where these are not the whole index of so many chunks. */
export function decodeIndex(bytes: Uint8Array, chunks: number): (Place | undefined)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - CHECKSUM_BYTES;
  if (bytes.length !== indexBytes(chunks) || view.getUint32(end, true) !== crc32c(bytes.subarray(0, end))) {
    throw new StoreError('an object of many chunks whose index is torn');
  }
  return Array.from({ length: chunks }, (_, i) => {
    const from = view.getBigUint64(i * ENTRY_BYTES, true);
    const length = view.getBigUint64(i * ENTRY_BYTES + 8, true);
    return from === NONE ? undefined : { from: Number(from), length: Number(length) };
  });
}
