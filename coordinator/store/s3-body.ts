import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm } from '@aws-sdk/client-s3';
import type { S3Address } from './s3-address.js';

export interface GuardedBody {
  readonly Body: Uint8Array;
  readonly ContentMD5?: string;
  readonly ChecksumAlgorithm?: ChecksumAlgorithm;
}

/** A request's body with what lets the server refuse it where it arrives changed. */
export function guarded(bytes: Uint8Array, checksums: S3Address['checksums']): GuardedBody {
  switch (checksums) {
    case 'md5':
      return { Body: bytes, ContentMD5: createHash('md5').update(bytes).digest('base64') };
    case 'crc32':
      return { Body: bytes, ChecksumAlgorithm: 'CRC32' };
  }
}

/** Others' bytes: whoever opens one in a browser is shown no page. */
export const OBJECT_TYPE = { ContentType: 'application/octet-stream' } as const;
