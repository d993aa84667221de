import { type Box, intersect, shapeOf } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import type { Grid } from '../grid/grid.js';
import type { Output } from '../job/job.js';
import { decodeCells, encodeCells } from './cells.js';
import { axesOf, chunkCells } from './output.js';

/** A chunk of an output's arrays: the cells that one brick has in it. */
export interface OutputChunk {
  /** The brick's place along each axis that the arrays have: what `outputChunkKey` takes. */
  readonly index: readonly number[];
  /** Brick ∩ output, in grid coordinates. */
  readonly box: Box;
}

/**
 * The chunks of `output` that lie in `shard`, a box of whole bricks. A brick belongs to one shard, so each chunk
 * has one writer, and the shards of a plan write all of them. Empty where the shard does not touch the output.
 */
export function chunksOf(grid: Grid, output: Output, shard: Box): OutputChunk[] {
  const axes = axesOf(output);
  return bricksOf(grid, intersect(shard, output.box)).map((place) => ({
    index: axes.map((axis) => place[axis]),
    box: intersect(brickBox(grid, place), output.box),
  }));
}

/**
 * The bytes of a chunk. `cells` are those of its box, dense, `[z, y, x]`; at the far edges of the grid they are
 * padded to the chunk's shape with NaN, which no reader shows.
 */
export async function encodeChunk(
  grid: Grid,
  output: Output,
  { box }: OutputChunk,
  cells: Float32Array,
): Promise<Uint8Array> {
  const [nz, ny, nx] = shapeOf(box);
  const [cz, cy, cx] = chunkCells(grid, output);
  if (nz === cz && ny === cy && nx === cx) return encodeCells(cells);
  const padded = new Float32Array(cz * cy * cx).fill(Number.NaN);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = (z * ny + y) * nx;
      padded.set(cells.subarray(row, row + nx), (z * cy + y) * cx);
    }
  }
  return encodeCells(padded);
}

/** The cells of a chunk's box, as `encodeChunk` was given them. Throws StoreError where the bytes hold no chunk of the output. */
export async function decodeChunk(
  grid: Grid,
  output: Output,
  { box }: OutputChunk,
  bytes: Uint8Array,
): Promise<Float32Array> {
  const [nz, ny, nx] = shapeOf(box);
  const [cz, cy, cx] = chunkCells(grid, output);
  const padded = await decodeCells(bytes, cz * cy * cx);
  if (nz === cz && ny === cy && nx === cx) return padded;
  const cells = new Float32Array(nz * ny * nx);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = (z * cy + y) * cx;
      cells.set(padded.subarray(row, row + nx), (z * ny + y) * nx);
    }
  }
  return cells;
}
