import { createHmac, timingSafeEqual } from 'node:crypto';
import { UPLOAD_VALID_MS } from '../../core/protocol/limits.js';

/** What the query of a signed address says. */
export interface SignedUpload {
  readonly key: string;
  /** Exact length of the object. */
  readonly bytes: number;
  /** Of its bytes, base64; empty where any will do. */
  readonly sha256: string;
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
  address(key: string, bytes: number, sha256 = ''): string {
    const until = this.#now() + UPLOAD_VALID_MS;
    const query = new URLSearchParams({
      bytes: String(bytes),
      ...(sha256 !== '' && { sha256 }),
      until: String(until),
      signature: this.#sign({ key, bytes, sha256, until }).toString('base64url'),
    });
    return `/store/${key}?${query}`;
  }

  verify({ signature, ...upload }: SignedUpload): UploadVerdict {
    const expected = this.#sign(upload);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
    return this.#now() <= upload.until ? 'valid' : 'expired';
  }

  #sign({ key, bytes, sha256, until }: Omit<SignedUpload, 'signature'>): Buffer {
    return createHmac('sha256', this.#secret).update(`${key}\n${bytes}\n${sha256}\n${until}`).digest();
  }
}
