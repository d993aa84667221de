import type { Model, Setting } from '../../shaders/model.js';
import type { FaultList } from './faults.js';
import type { JobFile } from './schema.js';

/** At the limit itself rounding to f32 exceeds it on grids of a few thousand cells a side. */
const DEFAULT_SHARE_OF_LARGEST = 0.95;

/** A job that asks for the limit itself, written in decimals, is not refused for the last digit. */
const ROUNDING = 1e-9;

/**
 * The job's time step in `time.unit`: as given, from the Courant number `speed · dt / spacing`, or 0.95 of the
 * largest stable one. Undefined, and a fault, where it can't be told or is unstable.
 */
export function timeStepOf(
  file: JobFile,
  model: Model,
  setting: Omit<Setting, 'dt'>,
  largestMedia: Readonly<Record<string, number>>,
  speed: number | undefined,
  faults: FaultList,
): number | undefined {
  const { dt, courant, unit } = file.time;
  const { spacing, dimensions } = setting;
  const largest = model.largestStep(setting, largestMedia);
  if (dt !== undefined && courant !== undefined) {
    faults.add('time.dt', 'is given and time.courant too', 'Give one of them');
    return undefined;
  }
  if (courant !== undefined && (speed === undefined || speed <= 0)) {
    faults.add('time.courant', 'says nothing without a speed above 0', 'Give time.dt');
    return undefined;
  }
  const step =
    dt ?? (courant !== undefined && speed ? (courant * spacing) / speed : largest * DEFAULT_SHARE_OF_LARGEST);
  if (!(step > 0 && Number.isFinite(step))) {
    faults.add('time.dt', 'cannot be derived from these parameters', `Give the time step, in ${unit}`);
    return undefined;
  }
  if (step > largest * (1 + ROUNDING)) {
    const grid = `unstable on a ${dimensions}-D grid`;
    if (courant !== undefined && speed) {
      faults.add(
        'time.courant',
        `${courant} is ${grid}`,
        `Use at most ${roundedDown((largest * speed) / spacing)}`,
      );
    } else {
      faults.add('time.dt', `${dt} ${unit} is ${grid}`, `Use at most ${roundedDown(largest)} ${unit}`);
    }
    return undefined;
  }
  return step;
}

/** Three digits, and never above the value: what a message recommends has to be stable. */
function roundedDown(value: number): string {
  const digit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return String(Number((Math.floor(value / digit) * digit).toPrecision(3)));
}
