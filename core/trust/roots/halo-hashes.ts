import { canonicalBytes, HASH_BYTES, type Hash } from './hash.js';

/**
 * All halos of an epoch that go from one shard to another under one hash, which both ends keep for themselves: each halo's hash is hashed with
 * what came before. The two agree if and only if every halo arrived as it was sent, in its order.
 */
export class HaloChain {
  #link: Uint8Array = new Uint8Array(HASH_BYTES);

  constructor(private readonly hash: Hash) {}

  add(cells: Float32Array): void {
    const both = new Uint8Array(2 * HASH_BYTES);
    both.set(this.#link);
    both.set(this.hash(canonicalBytes(cells)), HASH_BYTES);
    this.#link = this.hash(both);
  }

  get value(): Uint8Array {
    return this.#link;
  }
}
