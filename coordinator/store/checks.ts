import { StoreError } from '../../core/errors.js';
import { MAX_UPLOAD_BYTES } from '../../core/protocol/limits.js';
import type { ByteRange } from './store.js';

/** @throws StoreError where a range is none (see `ByteRange`). */
export function checkRange(range: ByteRange): void {
  const [from, length] = 'last' in range ? [0, range.last] : [range.from, range.length];
  if (Number.isSafeInteger(from) && from >= 0 && Number.isSafeInteger(length) && length >= 1) return;
  throw new StoreError(`${JSON.stringify(range)} is no range of bytes: use whole numbers, at least 1 byte`);
}

/** @throws StoreError where an upload of so many bytes is not taken. */
export function checkUploadLength(bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= MAX_UPLOAD_BYTES) return;
  throw new StoreError(
    `an upload of ${bytes} bytes is refused: an object has at most ${MAX_UPLOAD_BYTES} bytes; make bricks smaller`,
  );
}
