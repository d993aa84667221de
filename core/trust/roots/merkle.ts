import { type Hash, sameHash } from './hash.js';

// A Merkle tree over leaves in a fixed order, of the shape and with the two prefixes of RFC 9162, section 2.1: no inner node can pass for a leaf.

const LEAF = 0;
const NODE = 1;

export function leafHash(hash: Hash, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + content.length);
  bytes[0] = LEAF;
  bytes.set(content, 1);
  return hash(bytes);
}

export class MerkleTree {
  /** From the leaves up to the root. A last node without a partner goes up as it is. */
  readonly #levels: readonly (readonly Uint8Array[])[];

  /** Throws RangeError where there is no leaf. */
  constructor(leaves: readonly Uint8Array[], hash: Hash) {
    if (leaves.length === 0) throw new RangeError('a Merkle tree has a leaf or more');
    const levels = [leaves];
    for (let level = leaves; level.length > 1; ) {
      level = Array.from({ length: Math.ceil(level.length / 2) }, (_, pair) => {
        const [left, right] = level.slice(2 * pair, 2 * pair + 2);
        return right ? nodeHash(hash, left as Uint8Array, right) : (left as Uint8Array);
      });
      levels.push(level);
    }
    this.#levels = levels;
  }

  get root(): Uint8Array {
    return this.#levels.at(-1)?.[0] as Uint8Array;
  }

  /** What to hash a leaf with on its way to the root, from below. Throws RangeError where there is no such leaf. */
  proof(index: number): Uint8Array[] {
    if (this.#levels[0]?.[index] === undefined) throw new RangeError(`the tree has no leaf ${index}`);
    return this.#levels.flatMap((level, height) => {
      const partner = level[(index >> height) ^ 1];
      return partner ? [partner] : [];
    });
  }
}

/** Whether `leaf` is the leaf `index` of `count` under `root`. */
export function verifyProof(
  hash: Hash,
  root: Uint8Array,
  {
    index,
    count,
    leaf,
    proof,
  }: {
    readonly index: number;
    readonly count: number;
    readonly leaf: Uint8Array;
    readonly proof: readonly Uint8Array[];
  },
): boolean {
  if (!(Number.isInteger(index) && index >= 0 && index < count)) return false;
  let node = leaf;
  let used = 0;
  for (let place = index, width = count; width > 1; place >>= 1, width = Math.ceil(width / 2)) {
    if ((place ^ 1) >= width) continue;
    const partner = proof[used];
    if (!partner) return false;
    used += 1;
    node = place % 2 === 0 ? nodeHash(hash, node, partner) : nodeHash(hash, partner, node);
  }
  return used === proof.length && sameHash(node, root);
}

function nodeHash(hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return hash(bytes);
}
