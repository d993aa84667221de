import { AXES, AXIS_NAMES, hasCell } from '../grid/box.js';
import { fitsF32 } from './f32.js';
import type { FaultList } from './faults.js';
import { type Formula, type FormulaSetting, formulaFill } from './formulas.js';
import { cellIn, placeIn } from './grid-of-job.js';
import type { InitialState, StateName } from './job.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';
import type { StatePlace } from './states.js';

/** The states that do not start at 0. */
export function initialStatesOf(
  file: JobFile,
  places: ReadonlyMap<StateName, StatePlace>,
  setting: FormulaSetting,
  radius: number,
  faults: FaultList,
): ReadonlyMap<StateName, InitialState> {
  const initial = new Map<StateName, InitialState>();
  for (const [name, start] of Object.entries(file.initial)) {
    const field = `initial.${name}`;
    const place = places.get(name);
    if (place === undefined) {
      faults.add(field, 'is no state of this job', suggest(name, [...places.keys()]));
    } else if ('formula' in start) {
      checkFormula(start, field, setting, radius, faults);
      if (place.field.kind === 'wave' && file.run.keepWavesIn === 'f16') {
        checkHalf(start.amplitude, `${field}.amplitude`, faults);
      }
      initial.set(name, { kind: 'formula', fill: formulaFill(start, setting) });
    } else {
      const tracker = place.field.kind === 'tracker';
      if (tracker && start.before !== undefined) {
        faults.add(`${field}.before`, 'is given, and a tracker has one level only', 'Leave it out');
      }
      initial.set(name, { kind: 'array', levels: start.before === undefined ? ['now'] : ['now', 'before'] });
    }
  }
  return initial;
}

/** Below, less than eight of f16's eleven bits are left of a hundredth of the wave. */
const LEAST_HALF_AMPLITUDE = 0.05;
const LARGEST_HALF = 65_504;

function checkHalf(amplitude: number, field: string, faults: FaultList): void {
  const size = Math.abs(amplitude);
  if (size === 0 || (size >= LEAST_HALF_AMPLITUDE && size <= LARGEST_HALF)) return;
  const fix = `Choose a unit in which it lies between ${LEAST_HALF_AMPLITUDE} and ${LARGEST_HALF}, best near 1000, or run.keepWavesIn: f32`;
  faults.add(field, `is ${amplitude}, of which f16 keeps too little`, fix);
}

function checkFormula(
  formula: Formula,
  field: string,
  setting: FormulaSetting,
  radius: number,
  faults: FaultList,
): void {
  const { grid, updatable } = setting;
  if (!fitsF32(formula.amplitude)) {
    const fix = 'Choose a unit in which it lies between 1e-37 and 1e38';
    faults.add(`${field}.amplitude`, `is ${formula.amplitude}, which f32 cannot hold`, fix);
  }
  switch (formula.formula) {
    case 'radial-wave':
    case 'gaussian':
      if (formula.centre !== 'centre') placeIn(grid, formula.centre, `${field}.centre`, faults);
      return;
    case 'plane-wave': {
      const direction = placeIn(grid, formula.direction, `${field}.direction`, faults);
      if (direction.every((part) => part === 0)) {
        faults.add(`${field}.direction`, 'has no length', 'Give at least one part other than 0');
      }
      return;
    }
    case 'impulse': {
      const before = faults.length;
      const cell = cellIn(grid, formula.at, `${field}.at`, faults);
      if (faults.length === before && !hasCell(updatable, cell)) {
        faults.add(
          `${field}.at`,
          'lies on the fixed edge, which stays 0',
          `Move it ${radius} cells or more inside`,
        );
      }
      return;
    }
    case 'eigenmode':
      checkEigenmode(formula, field, setting, radius, faults);
  }
}

function checkEigenmode(
  { modes }: Extract<Formula, { formula: 'eigenmode' }>,
  field: string,
  { grid, faces, courant }: FormulaSetting,
  radius: number,
  faults: FaultList,
): void {
  const wanted = placeIn(grid, modes, `${field}.modes`, faults);
  if (radius !== 1) {
    faults.add(
      `${field}.formula`,
      'eigenmode is known for a stencil radius of 1 only',
      'Use another formula',
    );
  }
  if (courant === undefined) {
    faults.add(`${field}.formula`, 'eigenmode needs to know the speed', 'Give the model a constant speed');
  }
  for (const axis of AXES) {
    if (grid.dimensions === 2 && axis === 0) continue;
    const name = AXIS_NAMES[axis];
    const highest = grid.shape[axis] - 2;
    const other = faces[axis].find((kind) => kind !== 'dirichlet');
    if (other !== undefined) {
      faults.add(`${field}.formula`, `eigenmode needs fixed edges, and ${name} is ${other}`, 'Use dirichlet');
    } else if (modes[name] !== undefined && (wanted[axis] < 1 || wanted[axis] > highest)) {
      faults.add(`${field}.modes.${name}`, `is ${wanted[axis]}`, `Use 1 to ${highest}`);
    }
  }
}
