import { md5 } from '@noble/hashes/legacy';
import { toBase64 } from 'lib0/buffer';

/** What names the bytes of an object that is brought to the store, base64. */
export interface Checksums {
  /** The one that every S3 server heeds. */
  readonly md5: string;
  /** The one that nobody forges. */
  readonly sha256: string;
}

/** Guards an object on its way where its address is for any bytes of its length. */
export const md5Of = (bytes: Uint8Array): string => toBase64(md5(bytes));

/** SHA-256, as quick as the platform has it: in a thread of its own, or here. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export async function checksumsOf(bytes: Uint8Array, sha256: Sha256): Promise<Checksums> {
  return { md5: md5Of(bytes), sha256: toBase64(await sha256(bytes)) };
}
