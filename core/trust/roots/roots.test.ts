import { createHash } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, cellCount, eachCellOf, type Triple } from '../../grid/box.js';
import { brickBox, bricksOf } from '../../grid/bricks.js';
import { cutDense } from '../../grid/dense.js';
import type { Grid } from '../../grid/grid.js';
import { hashed } from '../physics.suite.js';
import { brickRoot, Commitment, tilesOf, verifyTile } from './commitment.js';
import { HaloChain } from './halo-hashes.js';
import { canonicalBytes, type Hash, sha256 } from './hash.js';
import { leafHash, MerkleTree, verifyProof } from './merkle.js';

const nodes: Hash = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());
const letters = (count: number) =>
  Array.from({ length: count }, (_, n) => leafHash(sha256, Uint8Array.of(n)));

describe('a Merkle tree', () => {
  it('proves each of its leaves, and no other leaf, place or size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(39), fc.nat(39), (count, a, b) => {
        const leaves = letters(count);
        const tree = new MerkleTree(leaves, sha256);
        const [index, elsewhere] = [a % count, b % count];
        const shown = { index, count, leaf: leaves[index] as Uint8Array, proof: tree.proof(index) };
        expect(verifyProof(sha256, tree.root, shown)).toBe(true);
        if (elsewhere === index) return;
        expect(verifyProof(sha256, tree.root, { ...shown, index: elsewhere })).toBe(false);
        expect(verifyProof(sha256, tree.root, { ...shown, leaf: leaves[elsewhere] as Uint8Array })).toBe(
          false,
        );
        expect(verifyProof(sha256, tree.root, { ...shown, proof: shown.proof.slice(1) })).toBe(false);
      }),
    );
  });

  it('has the root that RFC 9162 gives it', () => {
    const [a, b, c] = letters(3) as [Uint8Array, Uint8Array, Uint8Array];
    const pair = (left: Uint8Array, right: Uint8Array) => nodes(Uint8Array.of(1, ...left, ...right));
    expect(new MerkleTree([a, b, c], sha256).root).toEqual(pair(pair(a, b), c));
    expect(a).toEqual(nodes(Uint8Array.of(0, 0)));
  });

  it('takes no inner node for a leaf', () => {
    const leaves = letters(4);
    const tree = new MerkleTree(leaves, sha256);
    const inner = new MerkleTree(leaves.slice(0, 2), sha256).root;
    const proof = tree.proof(0).slice(1);
    expect(verifyProof(sha256, tree.root, { index: 0, count: 4, leaf: inner, proof })).toBe(false);
  });
});

describe('a shard’s commitment', () => {
  const grid: Grid = {
    shape: [20, 26, 40],
    dimensions: 3,
    brick: [10, 13, 20],
    periodic: [false, false, false],
  };
  const shard: Box = { lo: [0, 0, 0], hi: [20, 26, 20] };
  const stateOf = (box: Box) =>
    Float32Array.from([1, 2].flatMap((seed) => [...eachCellOf(box, (cell) => hashed(cell, seed))]));
  const bricks = bricksOf(grid, shard).map((place) => stateOf(brickBox(grid, place)));
  const commitment = new Commitment(grid, shard, bricks, sha256);

  it('cuts a brick into tiles that cover it once', () => {
    const tiles = tilesOf(grid, [1, 1, 0]);
    expect(tiles.reduce((sum, tile) => sum + cellCount(tile), 0)).toBe(10 * 13 * 20);
    expect(tiles[0]).toEqual({ lo: [10, 13, 0], hi: [18, 21, 8] });
    expect(tiles.at(-1)).toEqual({ lo: [18, 21, 16], hi: [20, 26, 20] });
  });

  it('proves the cells of any tile, and no others', () => {
    for (const [index, brick] of bricksOf(grid, shard).entries()) {
      for (const [tile, box] of tilesOf(grid, brick).entries()) {
        const whole = brickBox(grid, brick);
        const size = cellCount(whole);
        const cells = Float32Array.from(
          [0, 1].flatMap((array) => [
            ...cutDense((bricks[index] as Float32Array).subarray(array * size), whole, box),
          ]),
        );
        const proof = commitment.prove(brick, tile);
        const shown = { brick, tile, cells, proof, brickRoot: commitment.brickRoots[index] as Uint8Array };
        expect(verifyTile(grid, shard, commitment.root, shown, sha256)).toBe(true);
        const wrong = cells.with(3, (cells[3] as number) * (1 + 1e-6));
        expect(verifyTile(grid, shard, commitment.root, { ...shown, cells: wrong }, sha256)).toBe(false);
        const elsewhere = { ...shown, brick: [0, 0, 1] as Triple };
        expect(verifyTile(grid, shard, commitment.root, elsewhere, sha256)).toBe(false);
      }
    }
  });

  it('is the same by whatever computes SHA-256', () => {
    expect(new Commitment(grid, shard, bricks, nodes).root).toEqual(commitment.root);
    expect(brickRoot(grid, [0, 1, 0], bricks[1] as Float32Array, nodes)).toEqual(commitment.brickRoots[1]);
  });

  it('changes with any bit of a cell; but NaNs are alike', () => {
    expect(canonicalBytes(Float32Array.of(0))).not.toEqual(canonicalBytes(Float32Array.of(-0)));
    const strange = new Float32Array(Uint32Array.of(0xffc00001).buffer);
    expect(canonicalBytes(strange)).toEqual(canonicalBytes(Float32Array.of(Number.NaN)));
    expect(bytesToHex(canonicalBytes(Float32Array.of(1)))).toBe('0000803f');
  });
});

it('both ends of a link have one hash for its halos, unless one was changed, lost or moved', () => {
  const chainOf = (...halos: number[]) => {
    const chain = new HaloChain(sha256);
    for (const halo of halos) chain.add(Float32Array.of(halo));
    return bytesToHex(chain.value);
  };
  const sent = chainOf(1, 2, 3);
  expect(chainOf(1, 2, 3)).toBe(sent);
  for (const received of [chainOf(1, 2), chainOf(1, 2, 3.5), chainOf(2, 1, 3)])
    expect(received).not.toBe(sent);
});
