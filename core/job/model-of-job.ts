import { type CompiledModel, compileModel } from '../../shaders/compiler/compile.js';
import type { Model } from '../../shaders/model.js';
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

/** Its waves carry the job's unit of amplitude; what a tracker counts is not known, so it is given no dimension. */
function customModel({ name, wgsl, radius, fields, constants, largestStep }: CustomModel): Model {
  return {
    name,
    title: 'A model of the job’s own',
    wgsl,
    radius,
    fields: Object.entries(fields).map(([field, kind]) => ({
      name: field,
      kind,
      title: field,
      unit: ({ amplitude }) => (kind === 'wave' ? amplitude : '1'),
    })),
    parameters: [],
    constants: [...Object.keys(constants), ...GIVEN_CONSTANTS],
    evaluate: ({ dt, spacing }) => ({ ...constants, dt, spacing }),
    largestStep: () => largestStep,
  };
}

/** The checked model; undefined, and a fault, where its WGSL is refused. */
export function compiled(model: Model, faults: FaultList): CompiledModel | undefined {
  try {
    return compileModel(model);
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

/** The speed of the wave, in length per time, where the model tells it: parameter or constant `speed`. */
export function speedOf(file: JobFile, parameters: Readonly<Record<string, number>>): number | undefined {
  const named = typeof file.model === 'string' ? parameters : file.model.constants;
  return Object.hasOwn(named, 'speed') ? named.speed : undefined;
}
