/** What is shorter is made as quickly as it is found. */
const LEAST_BYTES = 16 * 1024;
/** More is not kept: what a span of a shard brings that is computed again by others, which comes back all at once. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * Memory for what comes again and again in the same few lengths, as halos do: a run that goes on as before takes no new memory for it,
 * and leaves the collector of garbage none.
 */
export class SpareBuffers {
  /** By length. */
  readonly #spare = new Map<number, ArrayBuffer[]>();
  #bytes = 0;
  /** Those that somebody has now. Whatever else is given is somebody else's. */
  readonly #out = new WeakSet<ArrayBufferLike>();

  /** A buffer of so many bytes, of any content: one that was given back, or a new one, of zeros. */
  take(bytes: number): ArrayBuffer {
    const found = this.#spare.get(bytes)?.pop();
    if (found) this.#bytes -= bytes;
    const buffer = found ?? new ArrayBuffer(bytes);
    if (bytes >= LEAST_BYTES) this.#out.add(buffer);
    return buffer;
  }

  /**
   * Takes a buffer back that it has handed out, once. What has been to another thread comes back as another object with the same memory: `now`.
   */
  give(buffer: ArrayBufferLike, now: ArrayBufferLike = buffer): void {
    if (!(now instanceof ArrayBuffer) || !this.#out.delete(buffer)) return;
    const bytes = now.byteLength;
    // Moved to another thread, it is of no more use here.
    if (bytes === 0) return;
    // Other lengths are in use by now.
    if (this.#bytes + bytes > MOST_BYTES) this.#empty();
    const spare = this.#spare.get(bytes) ?? [];
    this.#spare.set(bytes, spare);
    spare.push(now);
    this.#bytes += bytes;
  }

  #empty(): void {
    this.#spare.clear();
    this.#bytes = 0;
  }
}
