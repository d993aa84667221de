import { type Box, shapeOf } from './box.js';

/** The cells of `part` out of dense cells of `whole`, which holds it; C order both. */
export function cutDense(cells: Float32Array, whole: Box, part: Box): Float32Array {
  const [nz, ny, nx] = shapeOf(part);
  const kept = new Float32Array(nz * ny * nx);
  copyDense({ cells, box: whole }, { cells: kept, box: part }, part);
  return kept;
}

interface Dense {
  readonly cells: Float32Array;
  readonly box: Box;
}

/** Copies the cells of `part`, which both boxes hold. */
export function copyDense(from: Dense, to: Dense, part: Box): void {
  const [nz, ny, nx] = shapeOf(part);
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      const start = offsetIn(from.box, part, z, y);
      to.cells.set(from.cells.subarray(start, start + nx), offsetIn(to.box, part, z, y));
    }
  }
}

/** Where a row of `part` begins in the cells of `box`. */
function offsetIn(box: Box, part: Box, z: number, y: number): number {
  const [, ny, nx] = shapeOf(box);
  const row = (part.lo[0] - box.lo[0] + z) * ny + part.lo[1] - box.lo[1] + y;
  return row * nx + part.lo[2] - box.lo[2];
}
