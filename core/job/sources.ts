import { AXES, AXIS_NAMES, type Box, boxOfShape, intersect, isEmpty } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import { fitsF32 } from './f32.js';
import type { FaultList } from './faults.js';
import type { JobSource, StateName } from './job.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';
import type { StatePlace } from './states.js';

type Signal = JobFile['sources'][string]['signal'];

/** Each is a dispatch of its own in every step on a GPU. */
const MAX_SOURCES = 256;

/**
 * A source s(t) of ∂²ψ/∂t² adds dt²·s(t)/dxᵐ to ψ⁺, at the time t of the newest level; m counts the axes along
 * which it is one cell: 3 for a point in 3-D, 1 for a plane.
 */
export function sourcesOf(
  file: JobFile,
  places: ReadonlyMap<StateName, StatePlace>,
  grid: Grid,
  updatable: Box,
  dt: number,
  faults: FaultList,
): readonly JobSource[] {
  const count = Object.keys(file.sources).length;
  if (count > MAX_SOURCES) faults.add('sources', `lists ${count}`, `Use at most ${MAX_SOURCES}`);
  const waves = [...places].filter(([, { field }]) => field.kind === 'wave').map(([name]) => name);
  return Object.entries(file.sources).flatMap(([name, source]): JobSource[] => {
    const path = `sources.${name}`;
    const place = places.get(source.field);
    if (place?.field.kind !== 'wave') {
      faults.add(`${path}.field`, `${source.field} is no wave of this job`, suggest(source.field, waves));
    }
    const before = faults.length;
    const box = boxAt(source.at, grid, `${path}.at`, faults);
    if (faults.length === before && isEmpty(intersect(box, updatable))) {
      faults.add(`${path}.at`, 'lies on the fixed edge, which stays 0', 'Move it inside');
    }
    const weight = (source.amplitude * dt ** 2) / file.grid.spacing ** Object.keys(source.at).length;
    if (!fitsF32(weight) || !Number.isFinite(Math.fround(weight * highest(source.signal)))) {
      const fix = 'Choose units in which it lies between 1e-37 and 1e38';
      faults.add(`${path}.amplitude`, `adds ${weight} in a step, which f32 cannot hold`, fix);
    }
    const signal = signalOf(source.signal);
    const amplitude = (step: number) => weight * signal(step * dt, step);
    return place === undefined
      ? []
      : [{ component: place.component, field: place.field.name, box, amplitude }];
  });
}

function boxAt(at: JobFile['sources'][string]['at'], grid: Grid, path: string, faults: FaultList): Box {
  const whole = boxOfShape(grid.shape);
  const bounds = AXES.map((axis): readonly [number, number] => {
    const place = at[AXIS_NAMES[axis]];
    const last = whole.hi[axis] - 1;
    if (place === undefined) return [0, last + 1];
    if (axis === 0 && grid.dimensions === 2) {
      faults.add(`${path}.z`, 'is given, and the grid is 2-D', 'Leave it out');
    } else if (place > last) {
      faults.add(`${path}.${AXIS_NAMES[axis]}`, `${place} is outside the grid`, `Use 0 to ${last}`);
    }
    return [place, place + 1];
  });
  const [z = [0, 0], y = [0, 0], x = [0, 0]] = bounds;
  return { lo: [z[0], y[0], x[0]], hi: [z[1], y[1], x[1]] };
}

/** An upper bound of the signal's size. */
function highest(signal: Signal): number {
  return signal.shape === 'series'
    ? signal.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    : 1;
}

/** The signal as a function of time, in the job's unit, and of the steps that have passed. */
function signalOf(signal: Signal): (time: number, step: number) => number {
  switch (signal.shape) {
    case 'ricker': {
      const { frequency, delay = 1.5 / frequency } = signal;
      return (time) => {
        const squared = (Math.PI * frequency * (time - delay)) ** 2;
        return (1 - 2 * squared) * Math.exp(-squared);
      };
    }
    case 'gaussian-derivative': {
      const { sigma, delay = 6 * sigma } = signal;
      return (time) => {
        const t = (time - delay) / sigma;
        return -t * Math.exp(-(t ** 2) / 2);
      };
    }
    case 'tone-burst': {
      const { frequency, cycles } = signal;
      return (time) => {
        const turns = frequency * time;
        const window = turns < cycles ? (1 - Math.cos((2 * Math.PI * turns) / cycles)) / 2 : 0;
        return window * Math.sin(2 * Math.PI * turns);
      };
    }
    case 'series':
      return (_, step) => signal.values[step] ?? 0;
  }
}
