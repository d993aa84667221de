/** How a volume is turned, in degrees: `turn` about its upright axis, y, and then `tilt` towards the viewer. At 0 and 0 one looks along z, as at a plane. */
export interface Turn {
  readonly turn: number;
  readonly tilt: number;
}

export const FIRST_TURN: Turn = { turn: 30, tilt: 25 };

/** A direction or a place, as `[x, y, z]`. */
export type Vector = readonly [x: number, y: number, z: number];

/** The picture's directions in the volume's axes: orthogonal, each of length 1. `toward` leads to the viewer. */
export interface Basis {
  readonly right: Vector;
  readonly up: Vector;
  readonly toward: Vector;
}

export function basisOf({ turn, tilt }: Turn): Basis {
  const [sinTurn, cosTurn] = sineAndCosine(turn);
  const [sinTilt, cosTilt] = sineAndCosine(tilt);
  return {
    right: [cosTurn, 0, -sinTurn],
    up: [-sinTilt * sinTurn, cosTilt, -sinTilt * cosTurn],
    toward: [cosTilt * sinTurn, sinTilt, cosTilt * cosTurn],
  };
}

/** By so many degrees more, as far as there are: all around, and from straight below to straight above. */
export function turnedBy({ turn, tilt }: Turn, right: number, up: number): Turn {
  const around = ((((turn + right + 180) % 360) + 360) % 360) - 180;
  return { turn: around, tilt: Math.min(90, Math.max(-90, tilt + up)) };
}

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Half the picture's side, in samples: a box of `shape` is seen whole however it is turned. */
export const radiusOf = ([nx, ny, nz]: Vector): number => Math.hypot(nx, ny, nz) / 2;

function sineAndCosine(degrees: number): readonly [sine: number, cosine: number] {
  const angle = (degrees * Math.PI) / 180;
  return [Math.sin(angle), Math.cos(angle)];
}
