import { AXES, type Box, intersect, shapeOf, type Triple } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Faces } from './boundary.js';
import type { JobFile } from './schema.js';

/** An initial state given by its formula. */
export type Formula = Extract<JobFile['initial'][string], { formula: string }>;

/** What formulas need to know of the job they start. */
export interface FormulaSetting {
  readonly grid: Grid;
  readonly faces: Faces;
  /** Cells outside it are 0. */
  readonly updatable: Box;
  readonly spacing: number;
  readonly dt: number;
  /** `speed · dt / spacing`; only `eigenmode` needs it. */
  readonly courant: number | undefined;
}

/** The value at a cell of the grid. */
type CellFormula = (z: number, y: number, x: number) => number;

/**
 * Computes a formula's cells, in f64, rounded to f32: level `now` at time 0, `before` at −dt. The box is in grid
 * coordinates, and may be unwrapped over periodic axes. The result is dense, in C order `[z, y, x]`.
 */
export function formulaFill(
  formula: Formula,
  setting: FormulaSetting,
): (level: 'now' | 'before', box: Box) => Float32Array {
  return (level, box) => {
    const time = level === 'now' ? 0 : -setting.dt;
    return sample(formulaAt(formula, setting, time), box, setting);
  };
}

function sample(value: CellFormula, box: Box, { grid, updatable }: FormulaSetting): Float32Array {
  const [nz, ny, nx] = shapeOf(box);
  const cells = new Float32Array(nz * ny * nx);
  const inside = intersect(box, updatable);
  const wrap = (index: number, axis: 0 | 1 | 2) =>
    grid.periodic[axis] ? modulo(index, grid.shape[axis]) : index;
  for (let z = inside.lo[0]; z < inside.hi[0]; z++) {
    for (let y = inside.lo[1]; y < inside.hi[1]; y++) {
      const [inZ, inY] = [wrap(z, 0), wrap(y, 1)];
      const row = ((z - box.lo[0]) * ny + (y - box.lo[1])) * nx - box.lo[2];
      for (let x = inside.lo[2]; x < inside.hi[2]; x++) cells[row + x] = value(inZ, inY, wrap(x, 2));
    }
  }
  return cells;
}

/** The formula as a function of the cell, at `time` in the job's unit. */
function formulaAt(formula: Formula, setting: FormulaSetting, time: number): CellFormula {
  const { amplitude } = formula;
  switch (formula.formula) {
    case 'radial-wave': {
      const distance = distanceFrom(pointOf(formula.centre, setting.grid), setting);
      const wavenumber = (2 * Math.PI) / formula.wavelength;
      const phase = 2 * Math.PI * formula.frequency * time;
      return (z, y, x) => amplitude * Math.cos(wavenumber * distance(z, y, x) - phase);
    }
    case 'plane-wave': {
      const { z: dz = 0, y: dy, x: dx } = formula.direction;
      const perCell = ((2 * Math.PI) / formula.wavelength / Math.hypot(dz, dy, dx)) * setting.spacing;
      const phase = 2 * Math.PI * formula.frequency * time;
      return (z, y, x) => amplitude * Math.sin(perCell * (dz * z + dy * y + dx * x) - phase);
    }
    case 'gaussian': {
      const distance = distanceFrom(pointOf(formula.centre, setting.grid), setting);
      const width = 2 * formula.sigma ** 2;
      return (z, y, x) => amplitude * Math.exp(-(distance(z, y, x) ** 2) / width);
    }
    case 'eigenmode': {
      const modes = modesOf(formula);
      const swing = amplitude * Math.cos(eigenfrequency(modes, setting) * time);
      const along = (axis: 0 | 1 | 2) => halfWaves(modes[axis], setting.grid.shape[axis]);
      const [alongZ, alongY, alongX] = [along(0), along(1), along(2)];
      return (z, y, x) => swing * alongZ(z) * alongY(y) * alongX(x);
    }
    case 'impulse': {
      const { z: atZ = 0, y: atY, x: atX } = formula.at;
      return (z, y, x) => (z === atZ && y === atY && x === atX ? amplitude : 0);
    }
  }
}

/** The cell n//2 along each axis where people write `centre`. */
function centreOf({ shape }: Grid): Triple {
  return [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2), Math.floor(shape[2] / 2)];
}

export function pointOf(
  point: 'centre' | { z?: number | undefined; y: number; x: number },
  grid: Grid,
): Triple {
  return point === 'centre' ? centreOf(grid) : [point.z ?? 0, point.y, point.x];
}

/** Distance in units of length; along periodic axes the shorter way round. */
function distanceFrom(point: Triple, { grid, spacing }: FormulaSetting): CellFormula {
  const squares = (axis: 0 | 1 | 2) =>
    tabulate(grid.shape[axis], (index) => {
      const straight = Math.abs(index - point[axis]);
      if (!grid.periodic[axis]) return straight ** 2;
      const once = modulo(straight, grid.shape[axis]);
      return Math.min(once, grid.shape[axis] - once) ** 2;
    });
  const [alongZ, alongY, alongX] = [squares(0), squares(1), squares(2)];
  return (z, y, x) => spacing * Math.sqrt(alongZ(z) + alongY(y) + alongX(x));
}

/** A function of the index along an axis of `cells`, computed once for each index: fills visit them again and again. */
function tabulate(cells: number, of: (index: number) => number): (index: number) => number {
  const table = Float64Array.from({ length: cells }, (_, index) => of(index));
  return (index) => table[index] ?? Number.NaN;
}

/** Half waves along each axis; 0 along the z that a 2-D grid does not have. */
function modesOf({ modes }: Extract<Formula, { formula: 'eigenmode' }>): Triple {
  return [modes.z ?? 0, modes.y, modes.x];
}

function halfWaves(mode: number, cells: number): (index: number) => number {
  if (mode === 0) return () => 1;
  return tabulate(cells, (index) => Math.sin((Math.PI * mode * index) / (cells - 1)));
}

/**
 * The angular frequency of a standing wave between fixed edges under the leapfrog scheme itself:
 * sin²(ωdt/2) = r²·Σ sin²(πmᵢ/2(Nᵢ−1)), r the Courant number.
 */
function eigenfrequency(modes: Triple, { grid, courant = 0, dt }: FormulaSetting): number {
  const sum = AXES.reduce<number>(
    (total, axis) =>
      total + (modes[axis] === 0 ? 0 : Math.sin((Math.PI * modes[axis]) / (2 * (grid.shape[axis] - 1))) ** 2),
    0,
  );
  return (2 / dt) * Math.asin(Math.min(1, courant * Math.sqrt(sum)));
}

const modulo = (index: number, cells: number) => ((index % cells) + cells) % cells;
