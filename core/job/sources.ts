import type { JobFault } from '../errors.js';
import { type Box, intersect, isEmpty } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import { fitsF32 } from './f32.js';
import type { FaultList } from './faults.js';
import { cellsIn } from './grid-of-job.js';
import type { JobSource, SourceFeed, StateName } from './job.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';
import { type SignalOfSource, signalOf } from './signals.js';
import type { StatePlace } from './states.js';

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
    const box = cellsIn(grid, source.at, `${path}.at`, faults);
    if (faults.length === before && isEmpty(intersect(box, updatable))) {
      faults.add(`${path}.at`, 'lies on the fixed edge, which stays 0', 'Move it inside');
    }
    const weight = (source.amplitude * dt ** 2) / file.grid.spacing ** Object.keys(source.at).length;
    const signal = signalOf(source.signal, `${path}.signal`, faults);
    const highest = signal.kind === 'known' ? signal.highest : 1;
    if (!fitsF32(weight) || !Number.isFinite(Math.fround(weight * highest))) {
      const fix = 'Choose units in which it lies between 1e-37 and 1e38';
      faults.add(`${path}.amplitude`, `adds ${weight} in a step, which f32 cannot hold`, fix);
    }
    if (place === undefined) return [];
    const feed = feedOf(signal, weight, dt);
    return [{ name, component: place.component, field: place.field.name, box, feed }];
  });
}

/** What is wrong with the file of a source whose feed has this weight: a value that adds more than f32 holds. */
export function faultOfSeries(source: string, weight: number, values: Float32Array): JobFault | undefined {
  const index = values.findIndex((value) => !Number.isFinite(Math.fround(weight * value)));
  if (index < 0) return undefined;
  const value = values[index] as number;
  return {
    field: `sources.${source}.signal.file`,
    problem: `holds ${value} at [${index}], which adds ${weight * value} in a step, more than f32 can hold`,
    fix: `Give sources.${source} a smaller amplitude, or choose larger units`,
  };
}

function feedOf(signal: SignalOfSource, weight: number, dt: number): SourceFeed {
  switch (signal.kind) {
    case 'known':
      return { kind: 'known', amplitude: (step) => weight * signal.at(step * dt, step) };
    case 'file':
      return {
        kind: 'file',
        weight,
        amplitudeOf: (values) => {
          const at = signal.of(values);
          return (step) => weight * at(step * dt, step);
        },
      };
  }
}
