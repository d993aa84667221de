import { type Box, intersect, isEmpty, shapeOf } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Output } from '../job/job.js';
import { encodeCells } from './cells.js';
import { axesOf, outputShape } from './output.js';

/** A chunk of an output's arrays: the cells that one brick has in it. */
export interface OutputChunk {
  /** Along each axis that the arrays have: what `outputChunkKey` takes. */
  readonly index: readonly number[];
  /** Brick ∩ output, in grid coordinates. */
  readonly box: Box;
}

/**
 * The chunks of `output` that lie in `shard`, a box of whole bricks. A brick belongs to one shard, so each chunk
 * has one writer, and the shards of a plan write all of them. Empty where the shard does not touch the output.
 */
export function chunksOf(grid: Grid, output: Output, shard: Box): OutputChunk[] {
  const inside = intersect(shard, output.box);
  if (isEmpty(inside)) return [];
  const axes = axesOf(output);
  const [bz, by, bx] = grid.brick;
  const chunks: OutputChunk[] = [];
  for (let z = Math.floor(inside.lo[0] / bz); z * bz < inside.hi[0]; z++) {
    for (let y = Math.floor(inside.lo[1] / by); y * by < inside.hi[1]; y++) {
      for (let x = Math.floor(inside.lo[2] / bx); x * bx < inside.hi[2]; x++) {
        const brick: Box = {
          lo: [z * bz, y * by, x * bx],
          hi: [(z + 1) * bz, (y + 1) * by, (x + 1) * bx],
        };
        const box = intersect(brick, inside);
        chunks.push({ index: axes.map((axis) => [z, y, x][axis] as number), box });
      }
    }
  }
  return chunks;
}

/**
 * The bytes of a chunk. `cells` are those of `box`, dense, `[z, y, x]`; at the far edges of the grid they are
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

/** A chunk's shape with the axes that its array leaves out: `[cz, cy, cx]`. */
function chunkCells(grid: Grid, output: Output): [number, number, number] {
  const cells: [number, number, number] = [1, 1, 1];
  const [, ...edges] = outputShape(grid, output).chunk;
  axesOf(output).forEach((axis, i) => {
    cells[axis] = edges[i] as number;
  });
  return cells;
}
