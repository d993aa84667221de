import type { Checksums } from '../result/checksums.js';

/** What is told of an object that is put: both where its address is for those. */
export type SentChecksums = Pick<Checksums, 'md5'> & Partial<Checksums>;

/** Objects of the store, as a peer reaches them: over HTTP, by the addresses the coordinator signs. */
export interface Objects {
  /** Undefined where there is no such object. Throws StoreError where it can't be told, after a few tries. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * To an address for an object of these checksums; of the MD5 alone where the address is for any. Throws StoreError when the store refuses, StoreUnavailableError where it
   * may take it later, or at a fresh address.
   */
  put(url: string, bytes: Uint8Array, checksums: SentChecksums): Promise<void>;
  /** The same of bytes that whoever asked for them checks anyway: no time is spent on a checksum. */
  show(url: string, bytes: Uint8Array): Promise<void>;
  /** What the coordinator gives this peer at an address that it told. Throws StoreError where it is not there any more. */
  take(url: string): Promise<Uint8Array>;
}

/** An object on its way to the store. */
export interface Upload {
  readonly key: string;
  /** Called once, when its turn comes: encoded objects do not pile up. Undefined where there is nothing to store. */
  readonly encode: () => Promise<Uint8Array | undefined>;
}
