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
