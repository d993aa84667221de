/**
 * Where everything durable lies. Keys are paths of `/`-separated parts, each of letters, digits, `.`, `-`, `_`;
 * no part is `.` or `..`, and no key is longer than 512 bytes. Anything else throws StoreError.
 */
export interface Store {
  /** Where it is, for people: a folder's path, or `s3://bucket/prefix`. */
  readonly location: string;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Writes or replaces. Readers see the old object or the new one, never a part. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Writes only if nothing is there: of many racers exactly one gets `true`. */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Keys that start with `prefix`, in ascending order. */
  list(prefix: string): AsyncIterable<string>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /**
   * An address that a peer may PUT exactly `bytes` bytes to, for a while, without further rights.
   * The folder store gives addresses of the coordinator, relative to its origin.
   */
  uploadAddress(key: string, bytes: number): Promise<string>;
}
