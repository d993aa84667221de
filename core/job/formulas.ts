import { AXES, type Box, hasCell, shapeOf, type Triple } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { JobFile } from './schema.js';

/** An initial state given by its formula. */
export type Formula = Extract<JobFile['initial'][string], { formula: string }>;

/** What formulas need to know of the job they start. */
export interface FormulaSetting {
  readonly grid: Grid;
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
  const now = formulaAt(formula, setting, 0);
  const before = formulaAt(formula, setting, -setting.dt);
  return (level, box) => sample(level === 'now' ? now : before, box, setting);
}

function sample(value: CellFormula, box: Box, { grid, updatable }: FormulaSetting): Float32Array {
  const [nz, ny, nx] = shapeOf(box);
  const cells = new Float32Array(nz * ny * nx);
  const wrap = (index: number, axis: 0 | 1 | 2) =>
    grid.periodic[axis] ? modulo(index, grid.shape[axis]) : index;
  let next = 0;
  for (let z = box.lo[0]; z < box.hi[0]; z++) {
    for (let y = box.lo[1]; y < box.hi[1]; y++) {
      for (let x = box.lo[2]; x < box.hi[2]; x++) {
        if (hasCell(updatable, [z, y, x])) cells[next] = value(wrap(z, 0), wrap(y, 1), wrap(x, 2));
        next++;
      }
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
      const [alongZ, alongY, alongX] = AXES.map((axis) => halfWaves(modes[axis], setting.grid.shape[axis]));
      return (z, y, x) => swing * (alongZ?.(z) ?? 0) * (alongY?.(y) ?? 0) * (alongX?.(x) ?? 0);
    }
    case 'impulse': {
      const { z: atZ = 0, y: atY, x: atX } = formula.at;
      return (z, y, x) => (z === atZ && y === atY && x === atX ? amplitude : 0);
    }
  }
}

/** The cell n//2 along each axis where people write `centre`. */
export function centreOf({ shape }: Grid): Triple {
  return [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2), Math.floor(shape[2] / 2)];
}

function pointOf(point: 'centre' | { z?: number | undefined; y: number; x: number }, grid: Grid): Triple {
  return point === 'centre' ? centreOf(grid) : [point.z ?? 0, point.y, point.x];
}

/** Distance in units of length; along periodic axes the shorter way round. */
function distanceFrom(point: Triple, { grid, spacing }: FormulaSetting): CellFormula {
  const along = (axis: 0 | 1 | 2, index: number) => {
    const straight = Math.abs(index - point[axis]);
    if (!grid.periodic[axis]) return straight;
    const once = modulo(straight, grid.shape[axis]);
    return Math.min(once, grid.shape[axis] - once);
  };
  return (z, y, x) => {
    const [dz, dy, dx] = [along(0, z), along(1, y), along(2, x)];
    return spacing * Math.sqrt(dz * dz + dy * dy + dx * dx);
  };
}

/** Half waves along each axis; 0 along the z that a 2-D grid does not have. */
function modesOf({ modes }: Extract<Formula, { formula: 'eigenmode' }>): Triple {
  return [modes.z ?? 0, modes.y, modes.x];
}

function halfWaves(mode: number, cells: number): (index: number) => number {
  if (mode === 0) return () => 1;
  return (index) => Math.sin((Math.PI * mode * index) / (cells - 1));
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
