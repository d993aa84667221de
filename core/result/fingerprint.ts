/**
 * 64 bits that tell the bits of these cells from any others that chance brings, as text: two rows of MurmurHash3's
 * mixing (Appleby, x86_32) with unlike seeds and factors. Somebody who wants two arrays to agree can have it so.
 */
export function fingerprint(cells: Float32Array): string {
  const words = new Uint32Array(cells.buffer, cells.byteOffset, cells.length);
  let a = 0x2f0b4c47;
  let b = 0x6d1a9e3b;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    a = mixed(a, word, 0xcc9e2d51, 0x1b873593);
    b = mixed(b, word, 0x239b961b, 0xab0e9789);
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}.${words.length}`;
}

/** Whether every bit is 0: −0 is not. */
export function isAllZero(cells: Float32Array): boolean {
  const words = new Uint32Array(cells.buffer, cells.byteOffset, cells.length);
  return words.every((word) => word === 0);
}

function mixed(hash: number, word: number, first: number, second: number): number {
  let k = Math.imul(word, first);
  k = (k << 15) | (k >>> 17);
  const next = hash ^ Math.imul(k, second);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}
