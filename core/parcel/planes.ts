/** Bytes looked at to tell whether a plane is noise. */
const SAMPLE = 4096;
/** Of 8 bits; what has more is not worth a codec's time. */
const NOISE_BITS = 7.5;

/**
 * Words byte by byte: the lowest bytes of all words, then the next, then the next, then the highest. Where words are small,
 * whole planes are zero, and a codec that finds repeated bytes finds them.
 */
export function toPlanes(words: Uint32Array): Uint8Array {
  const { length } = words;
  const planes = new Uint8Array(4 * length);
  for (let i = 0; i < length; i++) {
    const word = words[i] as number;
    planes[i] = word;
    planes[length + i] = word >>> 8;
    planes[2 * length + i] = word >>> 16;
    planes[3 * length + i] = word >>> 24;
  }
  return planes;
}

/** The inverse of `toPlanes`. */
export function fromPlanes(planes: Uint8Array): Uint32Array {
  const length = planes.length / 4;
  const words = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    words[i] =
      (planes[i] as number) |
      ((planes[length + i] as number) << 8) |
      ((planes[2 * length + i] as number) << 16) |
      ((planes[3 * length + i] as number) << 24);
  }
  return words;
}

/** Bytes of the lowest planes that are noise: whole planes, none to all. */
export function noisyBytes(planes: Uint8Array): number {
  const length = planes.length / 4;
  let noisy = 0;
  while (noisy < planes.length && isNoise(planes.subarray(noisy, noisy + length))) noisy += length;
  return noisy;
}

/** By the entropy of some of its bytes, spread over all of them. */
function isNoise(plane: Uint8Array): boolean {
  const step = Math.ceil(plane.length / SAMPLE);
  const counts = new Uint32Array(256);
  let total = 0;
  for (let i = 0; i < plane.length; i += step) {
    counts[plane[i] as number] = (counts[plane[i] as number] as number) + 1;
    total += 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits > NOISE_BITS;
}
