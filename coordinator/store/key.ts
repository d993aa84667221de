import { StoreError } from '../../core/errors.js';
import { MAX_KEY_LENGTH } from '../../core/protocol/limits.js';

const PART = /^[A-Za-z0-9._-]+$/;

/** Whether `part` may stand between the slashes of a key. */
export function isKeyPart(part: string): boolean {
  return PART.test(part) && part !== '.' && part !== '..';
}

export function isKey(key: string): boolean {
  return key.length <= MAX_KEY_LENGTH && key.split('/').every(isKeyPart);
}

/** @throws StoreError where `key` is none (see `Store`). */
export function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new StoreError(
    `${JSON.stringify(key.slice(0, 80))} is no key of the store: use parts of letters, digits, ".", "-" and "_", separated by "/", at most ${MAX_KEY_LENGTH} bytes`,
  );
}

/** A prefix is a key, or the beginning of one; the empty prefix is the beginning of all. */
export function checkPrefix(prefix: string): void {
  checkKey(`${prefix}x`);
}
