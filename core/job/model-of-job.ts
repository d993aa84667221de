import { type CompiledModel, compileModel, programFor } from '../../shaders/compiler/compile.js';
import type { Field, Model, Setting } from '../../shaders/model.js';
import { builtInModels } from '../../shaders/models/index.js';
import { ModelError } from '../errors.js';
import type { FaultList } from './faults.js';
import { suggest } from './nearest.js';
import type { JobFile } from './schema.js';

type CustomModel = Exclude<JobFile['model'], string>;

/** Members of `param` that each custom model has without naming them. */
const GIVEN_CONSTANTS = ['dt', 'spacing'] as const;

/** The model a job names or brings, not yet compiled. */
export function modelOf(file: JobFile, faults: FaultList): Model {
  if (typeof file.model === 'string') return builtIn(file.model);
  for (const constant of GIVEN_CONSTANTS) {
    if (Object.hasOwn(file.model.constants, constant)) {
      faults.add(`model.constants.${constant}`, 'is always there, with its own value', 'Leave it out');
    }
  }
  return customModel(file.model);
}

function builtIn(name: string): Model {
  const model = builtInModels[name];
  if (model === undefined) throw new RangeError(`the schema offers the model ${name}, which is not built in`);
  return model;
}

function customModel({ name, wgsl, radius, fields, constants, largestStep }: CustomModel): Model {
  return {
    name,
    title: 'A model of the job’s own',
    wgsl,
    radius,
    fields: Object.entries(fields).map(([field, described]) => customField(field, described)),
    media: [],
    parameters: [],
    constants: [...Object.keys(constants), ...GIVEN_CONSTANTS],
    evaluate: ({ dt, spacing }) => ({ ...constants, dt, spacing }),
    largestStep: () => largestStep,
  };
}

/** A wave carries the job's unit of amplitude; what a tracker counts is known only where the file says it. */
function customField(name: string, described: CustomModel['fields'][string]): Field {
  const { kind, title = name, unit } = typeof described === 'string' ? { kind: described } : described;
  return { name, kind, title, unit: ({ amplitude }) => unit ?? (kind === 'wave' ? amplitude : '1') };
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
      const custom = typeof file.model === 'string' ? undefined : 'Put it under model.constants';
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

/** Smaller numbers lose digits in f32, or are 0 on some devices. */
const SMALLEST_F32 = 2 ** -126;

/** True where f32 holds the value to its usual 24 bits. */
export function fitsF32(value: number): boolean {
  return value === 0 || (Math.abs(value) >= SMALLEST_F32 && Number.isFinite(Math.fround(value)));
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

/** The speed of the wave, in length per time, where the model tells it: parameter or constant `speed`. */
export function speedOf(file: JobFile, parameters: Readonly<Record<string, number>>): number | undefined {
  const named = typeof file.model === 'string' ? parameters : file.model.constants;
  return Object.hasOwn(named, 'speed') ? named.speed : undefined;
}
