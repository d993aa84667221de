import { AXES, type Box, cellCount, hasCell, intersect, shapeOf, type Triple } from '../../grid/box.js';
import { withGhosts } from '../../grid/ghosts.js';
import { type Cone, coneOf } from '../cone.js';
import { type PhysicalSource, type Physics, sourcesReaching } from '../physics.js';
import { type Coefficients, coefficientsOf } from './coefficients.js';
import type { LinearUpdate } from './linear.js';

/** A linear update over all cells of a light cone, ready to be run in either direction. Indices count the cells of `frame`, C order. */
export interface Grown {
  readonly cone: Cone;
  readonly update: LinearUpdate;
  /** What the cone holds, and ghost cells beyond the mirrors that it touches. */
  readonly frame: Box;
  readonly coefficients: Coefficients;
  /** For each term, how far from a cell's index the index of what it reads is. */
  readonly reaches: readonly number[];
  /** The newest level of each ghost cell is a copy of another's. */
  readonly ghosts: readonly { readonly ghost: number; readonly image: number }[];
  readonly sources: readonly PhysicalSource[];
}

/** Reads the media of the cone, as `physics` has them. */
export async function growCone(
  physics: Physics,
  update: LinearUpdate,
  box: Box,
  steps: number,
): Promise<Grown> {
  const { model, grid, mirrors, constants, media } = physics;
  const cone = coneOf(physics, box, steps);
  const frame = withGhosts(grid, mirrors, cone.held, model.model.radius);
  const cells = new Map<string, number | Float32Array>();
  for (const [name, medium] of media) {
    cells.set(name, typeof medium === 'number' ? medium : spread(await medium(cone.held), cone.held, frame));
  }
  const [, ny, nx] = shapeOf(frame);
  return {
    cone,
    update,
    frame,
    coefficients: coefficientsOf(update, constants, cells, cellsUpdated(frame, cone)),
    reaches: update.terms.map(
      ({
        read: {
          offset: [dx, dy, dz],
        },
      }) => (dz * ny + dy) * nx + dx,
    ),
    ghosts: ghostsOf(frame, cone.held),
    sources: sourcesReaching(physics, cone.held),
  };
}

/** Each step updates a part of what the first one does. */
function cellsUpdated(frame: Box, { updates: [widest] }: Cone) {
  const updated = new Uint8Array(cellCount(frame));
  if (widest) {
    eachIndex(frame, widest, (index) => {
      updated[index] = 1;
    });
  }
  return { cells: updated.length, has: (cell: number) => updated[cell] === 1 };
}

/** Calls `visit` with the index in `frame` of each cell of `box` that lies in it, in C order. */
export function eachIndex(frame: Box, box: Box, visit: (index: number) => void): void {
  const [, ny, nx] = shapeOf(frame);
  const { lo, hi } = intersect(box, frame);
  for (let z = lo[0]; z < hi[0]; z += 1) {
    for (let y = lo[1]; y < hi[1]; y += 1) {
      const row = ((z - frame.lo[0]) * ny + y - frame.lo[1]) * nx - frame.lo[2];
      for (let x = lo[2]; x < hi[2]; x += 1) visit(row + x);
    }
  }
}

/** The cells of `box` among those of `frame`, which holds it; 0 elsewhere. Ghost cells are never updated, so their media are never asked for. */
function spread(cells: Float32Array, box: Box, frame: Box): Float32Array {
  const all = new Float32Array(cellCount(frame));
  let next = 0;
  eachIndex(frame, box, (index) => {
    all[index] = cells[next] as number;
    next += 1;
  });
  return all;
}

function ghostsOf(frame: Box, domain: Box): Grown['ghosts'] {
  const [, ny, nx] = shapeOf(frame);
  const indexOf = ([z, y, x]: Triple) => ((z - frame.lo[0]) * ny + y - frame.lo[1]) * nx + x - frame.lo[2];
  const ghosts: { ghost: number; image: number }[] = [];
  for (let z = frame.lo[0]; z < frame.hi[0]; z += 1) {
    for (let y = frame.lo[1]; y < frame.hi[1]; y += 1) {
      for (let x = frame.lo[2]; x < frame.hi[2]; x += 1) {
        const cell: Triple = [z, y, x];
        if (!hasCell(domain, cell))
          ghosts.push({ ghost: indexOf(cell), image: indexOf(imageOf(cell, domain)) });
      }
    }
  }
  return ghosts;
}

/** The wall lies on the face: the first ghost layer mirrors the last layer inside. */
function imageOf(cell: Triple, { lo, hi }: Box): Triple {
  const [z = 0, y = 0, x = 0] = AXES.map((axis) => {
    if (cell[axis] < lo[axis]) return 2 * lo[axis] - 1 - cell[axis];
    return cell[axis] >= hi[axis] ? 2 * hi[axis] - 1 - cell[axis] : cell[axis];
  });
  return [z, y, x];
}
