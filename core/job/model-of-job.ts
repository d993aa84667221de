import { type CompiledModel, compileModel, programFor } from '../../shaders/compiler/compile.js';
import type { Field, Medium, Model, Setting } from '../../shaders/model.js';
import { mediumModel } from '../../shaders/models/medium/medium.js';
import { WAVE_TRACKERS, waveModel } from '../../shaders/models/wave.js';
import { ModelError } from '../errors.js';
import { anyFace, type Faces } from './boundary.js';
import { fitsF32 } from './f32.js';
import type { FaultList } from './faults.js';
import { layerMedium } from './layers.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';

type CustomModel = Extract<JobFile['model'], { wgsl: string }>;
type BuiltInModel = Extract<JobFile['model'], { base: string }>;

/** Members of `param` that each custom model has without naming them. */
const GIVEN_CONSTANTS = ['dt', 'spacing'] as const;

/** The model a job names or brings, not yet compiled. */
export function modelOf(file: JobFile, faces: Faces, faults: FaultList): Model {
  const model = namedModel(file.model, faces, faults);
  const layers = model.media.map(({ name }) => layerMedium(name)?.kind);
  for (const [kind, medium] of [
    ['absorbing', 'outward'],
    ['damped', 'sponge'],
  ] as const) {
    if (!anyFace(faces, kind) || layers.includes(medium)) continue;
    const fix = 'Use the model medium, or dirichlet';
    faults.add('boundary', `is ${kind}, which the model ${model.name} cannot do`, fix);
  }
  return model;
}

function namedModel(written: JobFile['model'], faces: Faces, faults: FaultList): Model {
  if (written === 'wave') return builtIn({ base: 'wave', trackers: [...WAVE_TRACKERS] }, faces);
  if (written === 'medium') return builtIn({ base: 'medium', order: 2, trackers: [] }, faces);
  if ('base' in written) return builtIn(written, faces);
  for (const constant of GIVEN_CONSTANTS) {
    if (Object.hasOwn(written.constants, constant)) {
      faults.add(`model.constants.${constant}`, 'is always there, with its own value', 'Leave it out');
    }
  }
  return customModel(written);
}

function builtIn(written: BuiltInModel, faces: Faces): Model {
  switch (written.base) {
    case 'wave':
      return waveModel(written.trackers);
    case 'medium': {
      const { order, trackers } = written;
      const [absorbing, damped] = [anyFace(faces, 'absorbing'), anyFace(faces, 'damped')];
      return mediumModel({ order, trackers, absorbing, damped });
    }
  }
}

function customModel({ name, wgsl, radius, fields, media, constants, largestStep }: CustomModel): Model {
  return {
    name,
    title: 'A model of the job’s own',
    wgsl,
    radius,
    fields: Object.entries(fields).map(([field, described]) => customField(field, described)),
    media: Object.entries(media).map(([medium, described]) => customMedium(medium, described)),
    parameters: [],
    constants: [...new Set([...Object.keys(constants), ...GIVEN_CONSTANTS])],
    evaluate: ({ dt, spacing }) => ({ ...constants, dt, spacing }),
    largestStep: () => largestStep,
  };
}

/** A wave carries the job's unit of amplitude; what a tracker counts is known only where the file says it. */
function customField(name: string, described: CustomModel['fields'][string]): Field {
  const { kind, title = name, unit } = typeof described === 'string' ? { kind: described } : described;
  return { name, kind, title, unit: ({ amplitude }) => unit ?? (kind === 'wave' ? amplitude : '1') };
}

/** Its values reach the WGSL as the file gives them. */
function customMedium(name: string, described: CustomModel['media'][string]): Medium {
  const { title = name, unit, default: standard } = described;
  return {
    name,
    title,
    unit: () => unit,
    scale: () => 1,
    ...(standard !== undefined && { default: standard }),
  };
}

/** The checked model; undefined, and a fault, where its WGSL is refused, or cannot run on a grid of `dimensions`. */
export function compiled(model: Model, dimensions: 2 | 3, faults: FaultList): CompiledModel | undefined {
  try {
    const checked = compileModel(model);
    programFor(checked, dimensions);
    return checked;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    faults.add(
      'model.wgsl',
      `line ${error.line}, column ${error.column}: ${error.reason}`.replace(/\.$/, ''),
      'Keep to the subset of WGSL that docs/models.md describes',
    );
    return undefined;
  }
}

/**
 * What the model's parameters are set to, defaults included. A custom model has none: its constants are given
 * in the model itself.
 */
export function parametersOf(file: JobFile, model: Model, faults: FaultList): Record<string, number> {
  const known = model.parameters.map(({ name }) => name);
  for (const name of Object.keys(file.parameters)) {
    if (!known.includes(name)) {
      const custom =
        typeof file.model === 'object' && 'wgsl' in file.model
          ? 'Put it under model.constants'
          : model.media.some((medium) => medium.name === name)
            ? 'Put it under media'
            : undefined;
      faults.add(`parameters.${name}`, 'is no parameter of the model', custom ?? suggest(name, known));
    }
  }
  const settled: Record<string, number> = {};
  for (const { name, title, min, max, default: standard } of model.parameters) {
    const value = Object.hasOwn(file.parameters, name) ? file.parameters[name] : standard;
    if (value === undefined) {
      faults.add(`parameters.${name}`, 'is missing', `Give a number: ${title.replace(/\.$/, '')}`);
    } else if (min !== undefined && value < min) {
      faults.add(`parameters.${name}`, `is ${value}`, `Give at least ${min}`);
    } else if (max !== undefined && value > max) {
      faults.add(`parameters.${name}`, `is ${value}`, `Give at most ${max}`);
    } else {
      settled[name] = value;
    }
  }
  return settled;
}

/** The values of the model's constants; a fault where devices could not hold one. */
export function constantsOf(model: Model, setting: Setting, faults: FaultList): Record<string, number> {
  const constants = { ...model.evaluate(setting) };
  for (const [name, value] of Object.entries(constants)) {
    if (!fitsF32(value)) {
      const fix = 'Choose units in which it lies between 1e-37 and 1e38';
      faults.add('model', `its constant ${name} is ${value}, which f32 cannot hold`, fix);
    }
  }
  return constants;
}

/** The speed of the fastest wave, in length per time, where the model tells it: parameter, constant or medium `speed`. */
export function speedOf(
  file: JobFile,
  parameters: Readonly<Record<string, number>>,
  largestMedia: Readonly<Record<string, number>>,
): number | undefined {
  const constants = typeof file.model === 'object' && 'wgsl' in file.model ? file.model.constants : {};
  const named = { ...largestMedia, ...constants, ...parameters };
  return Object.hasOwn(named, 'speed') ? named.speed : undefined;
}
