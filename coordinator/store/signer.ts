import { createHmac, timingSafeEqual } from 'node:crypto';
import { UPLOAD_VALID_MS } from '../../core/protocol/limits.js';

/** What the query of a signed address says. */
export interface SignedUpload {
  readonly key: string;
  /** Exact length of the object. */
  readonly bytes: number;
  /** Unix time in milliseconds. */
  readonly until: number;
  readonly signature: string;
}

export type UploadVerdict = 'valid' | 'expired' | 'forged';

/** Signs addresses that one object of one length may be put to, for a while. */
export class UploadSigner {
  readonly #secret: Uint8Array;
  readonly #now: () => number;

  constructor(secret: Uint8Array, now: () => number = Date.now) {
    this.#secret = secret;
    this.#now = now;
  }

  /** An address relative to the coordinator's origin. */
  address(key: string, bytes: number): string {
    const until = this.#now() + UPLOAD_VALID_MS;
    const query = new URLSearchParams({
      bytes: String(bytes),
      until: String(until),
      signature: this.#sign(key, bytes, until).toString('base64url'),
    });
    return `/store/${key}?${query}`;
  }

  verify({ key, bytes, until, signature }: SignedUpload): UploadVerdict {
    const expected = this.#sign(key, bytes, until);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
    return this.#now() <= until ? 'valid' : 'expired';
  }

  #sign(key: string, bytes: number, until: number): Buffer {
    return createHmac('sha256', this.#secret).update(`${key}\n${bytes}\n${until}`).digest();
  }
}
