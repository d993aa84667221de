import type { Checksums } from '../../core/result/checksums.js';

/**
 * Where everything durable lies. Keys are paths of `/`-separated parts, each of letters, digits, `.`, `-`, `_`;
 * no part is `.` or `..`, and no key is longer than 512 bytes. Anything else throws StoreError.
 * Every method throws StoreUnavailableError where the store does not answer just now, StoreError where it refuses.
 */
export interface Store {
  /** Where it is, for people: a folder's path, or `s3://bucket/prefix`. */
  readonly location: string;
  /** There where peers read and write without passing through the coordinator. */
  readonly direct?: DirectAccess;
  /** The object, or the part of it that `range` covers: empty where the object ends before. */
  get(key: string, range?: ByteRange): Promise<Uint8Array | undefined>;
  /** The object, and the version to give to `replace`. */
  getVersioned(key: string): Promise<Versioned | undefined>;
  /** Writes or replaces. Readers see the old object or the new one, never a part. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Writes only if nothing is there: of many racers exactly one gets `true`. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Replaces only the object of that version: of many racers at most one gets the new version, the others get
   * undefined. Objects of equal bytes have equal versions, so let each writer's bytes be its own.
   * A key that is replaced this way is written by `create` and `replace` alone.
   */
  replace(key: string, bytes: Uint8Array, version: Version): Promise<Version | undefined>;
  /** Keys that start with `prefix`, in ascending order. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * Names that follow `prefix`, which is empty or ends in a slash, up to the next slash: each once, in ascending order.
   * As quick as they are few, however many keys there are.
   */
  folders(prefix: string): AsyncIterable<string>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /**
   * An address that a peer may PUT exactly `bytes` bytes to, as application/octet-stream, for a while, without
   * further rights; and no others than those of the checksums, where these are given (a server that does not know SHA-256
   * holds them to the MD5 alone). The folder store gives addresses of the coordinator, relative to its origin.
   */
  uploadAddress(key: string, bytes: number, checksums?: Checksums): Promise<string>;
}

/** `length` bytes from byte `from` on, or the `last` bytes; whole numbers, lengths at least 1. */
export type ByteRange = { readonly from: number; readonly length: number } | { readonly last: number };

/** Names the bytes of an object. Says nothing to anybody but the store that gave it. */
export type Version = string;

export interface Versioned {
  readonly bytes: Uint8Array;
  readonly version: Version;
}

export interface DirectAccess {
  /** Where all addresses lead; pages must be allowed to connect to it. */
  readonly origin: string;
  /** An address to GET an object from, for a while, without further rights; 404 where there is none. */
  downloadAddress(key: string): Promise<string>;
}
