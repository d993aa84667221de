import { type Box, intersect, shapeOf, type Triple } from './box.js';

/** A box in slices of at most `cells` cells, or of one row: along z, or along y where one plane is larger. */
export function* piecesOf(box: Box, cells: number): Generator<Box> {
  const [nz, ny, nx] = shapeOf(box);
  const rows = Math.max(1, Math.floor(cells / nx));
  const planes = Math.max(1, Math.floor(rows / ny));
  for (let z = 0; z < nz; z += planes) {
    for (let y = 0; y < ny; y += rows) {
      const lo: Triple = [box.lo[0] + z, box.lo[1] + y, box.lo[2]];
      yield intersect(box, { lo, hi: [lo[0] + planes, lo[1] + rows, box.hi[2]] });
    }
  }
}
