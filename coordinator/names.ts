import { randomBytes } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** A fresh name of `length` lower-case letters and digits, five random bits each. */
export function freshName(length: number): string {
  // 256 is a multiple of 32, so each letter is as likely as any other.
  return Array.from(randomBytes(length), (byte) => BASE32[byte % BASE32.length]).join('');
}
