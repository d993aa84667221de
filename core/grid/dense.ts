import { type Box, shapeOf } from './box.js';

/** The cells of `part` out of dense cells of `whole`, which holds it; C order both. */
export function cutDense(cells: Float32Array, whole: Box, part: Box): Float32Array {
  const [, ny, nx] = shapeOf(whole);
  const [pz, py, px] = shapeOf(part);
  const kept = new Float32Array(pz * py * px);
  for (let z = 0; z < pz; z += 1) {
    for (let y = 0; y < py; y += 1) {
      const row = ((part.lo[0] - whole.lo[0] + z) * ny + part.lo[1] - whole.lo[1] + y) * nx;
      const from = row + part.lo[2] - whole.lo[2];
      kept.set(cells.subarray(from, from + px), (z * py + y) * px);
    }
  }
  return kept;
}
