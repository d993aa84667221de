import { AXIS_NAMES, type Axis } from '../grid/box.js';
import type { Mirrors } from '../grid/ghosts.js';
import type { FaultList } from './faults.js';
import type { JobFile } from './schema.js';

export type FaceKind = 'dirichlet' | 'neumann' | 'periodic' | 'absorbing' | 'damped';

/** What lies at the two ends of each axis. In 2-D the z of the one plane is `periodic` in name only: nothing reads it. */
export type Faces = readonly [z: FacePair, y: FacePair, x: FacePair];
export type FacePair = readonly [near: FaceKind, far: FaceKind];

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
      faults.add(`boundary.${name}`, 'is missing', 'Give dirichlet, neumann, periodic, absorbing or damped');
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

/** Whether any face of the grid is of this kind. */
export function anyFace(faces: Faces, kind: FaceKind): boolean {
  return faces.flat().includes(kind);
}

export function mirrorsOf(faces: Faces): Mirrors {
  const pair = ([near, far]: FacePair) => [near === 'neumann', far === 'neumann'] as const;
  return [pair(faces[0]), pair(faces[1]), pair(faces[2])];
}
