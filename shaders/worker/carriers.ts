/** More is not kept: twice what a shard of 256² cells a face has under way with each of two neighbours. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * What cells are moved to a worker in. It comes back with the answer and goes again: writing as many cells again and again, as
 * halos are, takes no new memory.
 */
export class Carriers {
  /** By length, in cells. */
  readonly #empty = new Map<number, Float32Array<ArrayBuffer>[]>();
  #bytes = 0;

  /** A copy of the cells, in a buffer that may move. */
  load(cells: Float32Array): Float32Array<ArrayBuffer> {
    const carrier = this.#empty.get(cells.length)?.pop();
    if (!carrier) return cells.slice();
    this.#bytes -= carrier.byteLength;
    carrier.set(cells);
    return carrier;
  }

  /** One has come back. */
  came(carrier: Float32Array<ArrayBuffer>): void {
    if (this.#bytes + carrier.byteLength > MOST_BYTES) {
      // Those of other lengths: a state that was loaded in pieces.
      this.#empty.clear();
      this.#bytes = 0;
    }
    const alike = this.#empty.get(carrier.length) ?? [];
    this.#empty.set(carrier.length, alike);
    alike.push(carrier);
    this.#bytes += carrier.byteLength;
  }
}
