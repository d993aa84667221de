import { blake3 } from '@noble/hashes/blake3';
import { encodeUtf8 } from 'lib0/string';

/** Bytes of a secret that the functions here expand: as many as their hash has. */
const SECRET_BYTES = 32;

/**
 * So many bytes that nobody can tell from chance without `secret`: BLAKE3, keyed, as an extendable output. `purpose` names what
 * they are for; other purposes give other bytes. Throws RangeError where the secret has not 32 bytes.
 */
function expand(secret: Uint8Array, purpose: string, bytes: number): Uint8Array {
  if (secret.length !== SECRET_BYTES) {
    throw new RangeError(`a secret has ${SECRET_BYTES} bytes, not ${secret.length}`);
  }
  return blake3(encodeUtf8(purpose), { key: secret, dkLen: bytes });
}

/** A number from 0 up to, not including, 1: 53 bits of it. */
export function secretFraction(secret: Uint8Array, purpose: string): number {
  const view = viewOf(expand(secret, purpose, 8));
  return (view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11)) / 2 ** 53;
}

/** Independent normal numbers of mean 0 and variance 1, by Box and Muller. */
export function secretNormals(secret: Uint8Array, purpose: string, count: number): Float64Array {
  const pairs = Math.ceil(count / 2);
  const view = viewOf(expand(secret, purpose, pairs * 8));
  const normals = new Float64Array(pairs * 2);
  for (let pair = 0; pair < pairs; pair += 1) {
    const radius = Math.sqrt(-2 * Math.log((view.getUint32(pair * 8) + 1) / 2 ** 32));
    const angle = (2 * Math.PI * view.getUint32(pair * 8 + 4)) / 2 ** 32;
    normals[2 * pair] = radius * Math.cos(angle);
    normals[2 * pair + 1] = radius * Math.sin(angle);
  }
  return normals.subarray(0, count);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
