import { type Box, cellCount, contains, type Triple } from '../../grid/box.js';
import { brickBox, brickCounts, bricksOf } from '../../grid/bricks.js';
import { cutDense } from '../../grid/dense.js';
import type { Grid } from '../../grid/grid.js';
import { canonicalBytes, type Hash } from './hash.js';
import { leafHash, MerkleTree, verifyProof } from './merkle.js';

/**
 * Cells along an edge of a tile: 4 KiB of a wave. An audit is shown the tiles that its cone touches, not whole bricks: a box of one tile
 * over 16 steps needs 5³ of them and nothing else.
 */
const TILE_EDGE = { 2: 32, 3: 8 } as const;

/** The tiles of a brick, in C order. They begin where the brick begins; the last of an axis may be smaller. */
export function tilesOf(grid: Grid, brick: Triple): Box[] {
  const { dimensions } = grid;
  const edge = TILE_EDGE[dimensions];
  const tiled: Grid = {
    ...grid,
    brick: [dimensions === 2 ? 1 : edge, edge, edge],
    shape: lengths(grid, brick),
  };
  const { lo } = brickBox(grid, brick);
  return bricksOf(tiled, { lo: [0, 0, 0], hi: tiled.shape }).map((place) => {
    const tile = brickBox(tiled, place);
    const moved = (corner: Triple): Triple => [corner[0] + lo[0], corner[1] + lo[1], corner[2] + lo[2]];
    return { lo: moved(tile.lo), hi: moved(tile.hi) };
  });
}

function lengths(grid: Grid, brick: Triple): Triple {
  const { lo, hi } = brickBox(grid, brick);
  return [hi[0] - lo[0], hi[1] - lo[1], hi[2] - lo[2]];
}

/** That a tile is in a shard's root: up to its brick's root, and from there on. */
export interface TileProof {
  readonly inBrick: readonly Uint8Array[];
  readonly inShard: readonly Uint8Array[];
}

/**
 * All of a shard's state at one step under one root, so that its owner can show any part of it later and can change none. The leaves are
 * tiles, brick after brick.
 */
export class Commitment {
  readonly #bricks: readonly MerkleTree[];
  readonly #shard: MerkleTree;

  /** `bricks`: those of the shard, in the order of `bricksOf`; each its state, array after array, dense. */
  constructor(
    private readonly grid: Grid,
    private readonly box: Box,
    bricks: readonly Float32Array[],
    hash: Hash,
  ) {
    this.#bricks = bricksOf(grid, box).map(
      (place, index) => new MerkleTree(leavesOf(grid, place, bricks[index] as Float32Array, hash), hash),
    );
    this.#shard = new MerkleTree(this.brickRoots, hash);
  }

  get root(): Uint8Array {
    return this.#shard.root;
  }

  get brickRoots(): Uint8Array[] {
    return this.#bricks.map(({ root }) => root);
  }

  /** Throws RangeError where the shard has no such tile. */
  prove(brick: Triple, tile: number): TileProof {
    const index = indexOf(this.grid, this.box, brick);
    const tree = this.#bricks[index];
    if (!tree) throw new RangeError(`brick [${brick}] is not in this shard`);
    return { inBrick: tree.proof(tile), inShard: this.#shard.proof(index) };
  }
}

/** Whether `cells`, array after array, are those of a tile under the root of the shard `box`. */
export function verifyTile(
  grid: Grid,
  box: Box,
  root: Uint8Array,
  shown: {
    readonly brick: Triple;
    readonly tile: number;
    readonly cells: Float32Array;
    readonly proof: TileProof;
    /** What the brick's owner says is its root. */
    readonly brickRoot: Uint8Array;
  },
  hash: Hash,
): boolean {
  const index = indexOf(grid, box, shown.brick);
  if (index < 0) return false;
  const leaf = leafHash(hash, canonicalBytes(shown.cells));
  const count = tilesOf(grid, shown.brick).length;
  const inBrick = { index: shown.tile, count, leaf, proof: shown.proof.inBrick };
  const inShard = {
    index,
    count: bricksOf(grid, box).length,
    leaf: shown.brickRoot,
    proof: shown.proof.inShard,
  };
  return verifyProof(hash, shown.brickRoot, inBrick) && verifyProof(hash, root, inShard);
}

/** A brick's root, from its state array after array: what somebody who computed it again compares. */
export function brickRoot(grid: Grid, brick: Triple, cells: Float32Array, hash: Hash): Uint8Array {
  return new MerkleTree(leavesOf(grid, brick, cells, hash), hash).root;
}

function leavesOf(grid: Grid, brick: Triple, cells: Float32Array, hash: Hash): Uint8Array[] {
  const box = brickBox(grid, brick);
  const size = cellCount(box);
  if (size === 0 || cells.length % size !== 0) {
    throw new RangeError(`a brick of ${size} cells has whole arrays of them, not ${cells.length} numbers`);
  }
  return tilesOf(grid, brick).map((tile) => {
    const tileSize = cellCount(tile);
    const content = new Float32Array((cells.length / size) * tileSize);
    for (let array = 0; array * size < cells.length; array += 1) {
      content.set(cutDense(cells.subarray(array * size, (array + 1) * size), box, tile), array * tileSize);
    }
    return leafHash(hash, canonicalBytes(content));
  });
}

function indexOf(grid: Grid, box: Box, brick: Triple): number {
  const counts = brickCounts(grid);
  if (brick.some((place, axis) => place < 0 || place >= (counts[axis] as number))) return -1;
  if (!contains(box, brickBox(grid, brick))) return -1;
  return bricksOf(grid, box).findIndex((place) => place.every((at, axis) => at === brick[axis]));
}
