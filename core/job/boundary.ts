import { AXES, AXIS_NAMES, type Axis } from '../grid/box.js';
import type { Mirrors } from '../grid/ghosts.js';
import type { FaultList } from './faults.js';
import type { JobFile } from './schema.js';

export type FaceKind = 'dirichlet' | 'neumann' | 'periodic' | 'absorbing';

/** What lies at the two ends of each axis. In 2-D the z of the one plane is `periodic` in name only: nothing reads it. */
export type Faces = readonly [z: FacePair, y: FacePair, x: FacePair];
export type FacePair = readonly [near: FaceKind, far: FaceKind];

/** Cells across an absorbing layer: enough for −60 dB (docs/decisions/0011-absorbing-faces.md). */
export const ABSORBING_CELLS = 10;

/** What fixes the two ends of the z that a 2-D grid does not have. */
const NO_AXIS: FacePair = ['dirichlet', 'dirichlet'];

/** The faces of the grid. Faults are added where an axis is missing, or periodic at one end only. */
export function facesOf({ boundary, grid }: JobFile, faults: FaultList): Faces {
  const flat = grid.shape.length === 2;
  if (typeof boundary === 'string') {
    const pair: FacePair = [boundary, boundary];
    return [flat ? NO_AXIS : pair, pair, pair];
  }
  const pairOf = (axis: Axis): FacePair => {
    const name = AXIS_NAMES[axis];
    const given = boundary[name];
    if (axis === 0 && flat) {
      if (given !== undefined) faults.add('boundary.z', 'is given, and the grid is 2-D', 'Leave it out');
      return NO_AXIS;
    }
    if (given === undefined) {
      faults.add('boundary.z', 'is missing', 'Give dirichlet, neumann, periodic or absorbing');
      return NO_AXIS;
    }
    if (typeof given === 'string') return [given, given];
    const [near, far] = given;
    if ((near === 'periodic') !== (far === 'periodic')) {
      const problem = `is periodic at one end of ${name} only`;
      faults.add(`boundary.${name}`, problem, 'Give periodic alone, for both ends');
      return NO_AXIS;
    }
    return [near, far];
  };
  return [pairOf(0), pairOf(1), pairOf(2)];
}

export function isPeriodic([near]: FacePair): boolean {
  return near === 'periodic';
}

export function anyAbsorbing(faces: Faces): boolean {
  return faces.flat().includes('absorbing');
}

export function mirrorsOf(faces: Faces): Mirrors {
  const pair = ([near, far]: FacePair) => [near === 'neumann', far === 'neumann'] as const;
  return [pair(faces[0]), pair(faces[1]), pair(faces[2])];
}

/**
 * How strongly, and which way, each cell along an axis absorbs: `outward_x` and its like of the medium model. From
 * 0 the profile rises with the square of the depth; over the layer it adds up to so much that what comes back
 * through it is weakened by exp(−2·20/3) or more.
 */
export function outwardProfile([near, far]: FacePair, cells: number, fixedEdge: number): Float32Array {
  const strength = (depth: number) => (STRENGTH / ABSORBING_CELLS) * ((depth + 0.5) / ABSORBING_CELLS) ** 2;
  return Float32Array.from({ length: cells }, (_, index) => {
    const fromNear = fixedEdge + ABSORBING_CELLS - 1 - index;
    const fromFar = index - (cells - fixedEdge - ABSORBING_CELLS);
    const clipped = (depth: number) => strength(Math.min(depth, ABSORBING_CELLS - 1));
    if (near === 'absorbing' && fromNear >= 0) return -clipped(fromNear);
    return far === 'absorbing' && fromFar >= 0 ? clipped(fromFar) : 0;
  });
}

/** Less leaves an echo from the edge behind the layer, more one from the layer's own steepness. */
const STRENGTH = 20;

/** The first axis whose two absorbing layers and fixed edges leave no cell between them, or undefined. */
export function crowdedAxis(faces: Faces, shape: readonly number[], fixedEdge: number): Axis | undefined {
  return AXES.find((axis) => {
    const layers = faces[axis].filter((kind) => kind === 'absorbing').length;
    return layers > 0 && (shape[axis] ?? 0) <= layers * (ABSORBING_CELLS + fixedEdge);
  });
}

/** The axis whose absorbing faces this medium describes; a job does not set it. */
export function outwardAxis(medium: string): Axis | undefined {
  return AXES.find((axis) => medium === `outward_${AXIS_NAMES[axis]}`);
}
