import type { Medium, Model, Setting } from '../../shaders/model.js';
import { AXES, AXIS_NAMES, type Axis, type Box, eachCellOf, type Triple } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Faces } from './boundary.js';
import { fitsF32 } from './f32.js';
import type { FaultList } from './faults.js';
import { placeIn } from './grid-of-job.js';
import type { JobMedium } from './job.js';
import { layerMedium, layersOf } from './layers.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';

type Written = JobFile['media'][string];
type Region = Extract<Written, { regions: unknown }>['regions'][number];

/** The largest value of each medium in any cell, in the job's units. Faults where a medium is missing or unknown. */
export function largestMedia(file: JobFile, { media }: Model, faults: FaultList): Record<string, number> {
  const names = media.map(({ name }) => name).filter((name) => layerMedium(name) === undefined);
  for (const name of Object.keys(file.media)) {
    if (!names.includes(name)) faults.add(`media.${name}`, 'is no medium of the model', suggest(name, names));
  }
  const largest: Record<string, number> = {};
  for (const medium of media) {
    if (layerMedium(medium.name) !== undefined) continue;
    const written = writtenOf(file, medium);
    if (written === undefined) {
      const fix = `Give a number, or regions: ${medium.title}`;
      faults.add(`media.${medium.name}`, 'is missing', fix);
      continue;
    }
    const path = `media.${medium.name}`;
    for (const [at, value] of valuesOf(written, path)) checkValue(value, at, medium, faults);
    if (typeof written === 'object' && 'array' in written && (written.min ?? written.max) > written.max) {
      faults.add(`${path}.min`, `is ${written.min}`, `Give at most ${written.max}, the max`);
    }
    largest[medium.name] = Math.max(...valuesOf(written, '').map(([, value]) => value));
  }
  return largest;
}

/** All media of the model. Missing ones, which `largestMedia` has found, are left out. */
export function mediaOf(
  file: JobFile,
  model: Model,
  grid: Grid,
  faces: Faces,
  setting: Setting,
  faults: FaultList,
): ReadonlyMap<string, JobMedium> {
  const media = new Map<string, JobMedium>();
  for (const medium of model.media) {
    const layer = layerMedium(medium.name);
    if (layer !== undefined) {
      media.set(medium.name, layersOf(layer, grid, faces, model.radius));
      continue;
    }
    const written = writtenOf(file, medium);
    if (written === undefined) continue;
    const scale = medium.scale(setting);
    const path = `media.${medium.name}`;
    if (typeof written === 'number') {
      media.set(medium.name, { kind: 'constant', value: written * scale });
    } else if ('array' in written) {
      media.set(medium.name, {
        kind: 'array',
        scale,
        min: written.min ?? medium.min ?? -Infinity,
        max: written.max,
      });
    } else {
      const painted = written.regions.map((region, index) =>
        regionOf(region, grid, `${path}.regions[${index}]`, faults),
      );
      media.set(medium.name, { kind: 'cells', fill: fillOf(written.base * scale, painted, scale, grid) });
    }
  }
  for (const [name, medium] of media) {
    if (medium.kind === 'constant' && !fitsF32(medium.value)) {
      const fix = 'Choose units in which it lies between 1e-37 and 1e38';
      faults.add(`media.${name}`, `is ${medium.value} in cells and steps, which f32 cannot hold`, fix);
    }
  }
  return media;
}

function writtenOf(file: JobFile, { name, default: standard }: Medium): Written | undefined {
  return Object.hasOwn(file.media, name) ? file.media[name] : standard;
}

function valuesOf(written: Written, path: string): [path: string, value: number][] {
  if (typeof written === 'number') return [[path, written]];
  if ('array' in written) {
    const { min, max } = written;
    return [[`${path}.max`, max], ...(min === undefined ? [] : [[`${path}.min`, min] as [string, number]])];
  }
  return [
    [`${path}.base`, written.base],
    ...written.regions.map(({ value }, index): [string, number] => [
      `${path}.regions[${index}].value`,
      value,
    ]),
  ];
}

function checkValue(value: number, path: string, { min }: Medium, faults: FaultList): void {
  if (min !== undefined && value < min) faults.add(path, `is ${value}`, `Give at least ${min}`);
}

interface Painted {
  readonly value: number;
  readonly contains: (cell: Triple) => boolean;
}

function regionOf(region: Region, grid: Grid, path: string, faults: FaultList): Painted {
  const { value } = region;
  switch (region.shape) {
    case 'layer': {
      const axis = AXIS_NAMES.indexOf(region.axis) as Axis;
      if (axis === 0 && grid.dimensions === 2)
        faults.add(`${path}.axis`, 'is z, and the grid is 2-D', 'Use y or x');
      if (region.to <= region.from)
        faults.add(`${path}.to`, `is ${region.to}`, `Give more than ${region.from}`);
      return { value, contains: (cell) => region.from <= cell[axis] && cell[axis] < region.to };
    }
    case 'box': {
      const lo = placeIn(grid, region.from, `${path}.from`, faults);
      const hi = placeIn(grid, region.to, `${path}.to`, faults);
      const axes = AXES.filter((axis) => axis !== 0 || grid.dimensions === 3);
      for (const axis of axes) {
        if (hi[axis] <= lo[axis])
          faults.add(`${path}.to.${AXIS_NAMES[axis]}`, `is ${hi[axis]}`, `Give more than ${lo[axis]}`);
      }
      return {
        value,
        contains: (cell) => axes.every((axis) => lo[axis] <= cell[axis] && cell[axis] < hi[axis]),
      };
    }
    case 'sphere':
    case 'ellipsoid': {
      const centre = placeIn(grid, region.centre, `${path}.centre`, faults);
      const radii: Triple =
        region.shape === 'sphere'
          ? [region.radius, region.radius, region.radius]
          : [region.radii.z ?? 1, region.radii.y, region.radii.x];
      if (region.shape === 'ellipsoid') placeIn(grid, region.radii, `${path}.radii`, faults);
      return {
        value,
        contains: ([z, y, x]) =>
          ((z - centre[0]) / radii[0]) ** 2 +
            ((y - centre[1]) / radii[1]) ** 2 +
            ((x - centre[2]) / radii[2]) ** 2 <=
          1,
      };
    }
  }
}

/** The last region that holds a cell's centre gives its value. */
function fillOf(base: number, painted: readonly Painted[], scale: number, { shape, periodic }: Grid) {
  const wrap = (index: number, axis: Axis) =>
    periodic[axis] ? ((index % shape[axis]) + shape[axis]) % shape[axis] : index;
  return (box: Box): Float32Array =>
    eachCellOf(box, ([z, y, x]) => {
      const cell: Triple = [wrap(z, 0), wrap(y, 1), wrap(x, 2)];
      const last = painted.findLast(({ contains }) => contains(cell));
      return last === undefined ? base : last.value * scale;
    });
}
