import { ModelError } from '../../core/errors.js';
import type { Model, ModelSource } from '../model.js';
import { check } from './check.js';
import { MAX_RADIUS } from './limits.js';
import { lower } from './lower.js';
import { parse } from './parser.js';
import { operandsOf, type Program } from './program.js';

/** A model's source that has been parsed and checked against the subset: what engines run. */
export interface Compiled<Source extends ModelSource = ModelSource> {
  readonly model: Source;
  /**
   * Trackers that some wave field depends on: they need a halo like the level before.
   * A tracker that only watches is not among them.
   */
  readonly coupledTrackers: ReadonlySet<string>;
  /** The update of a cell, by the grid's dimensions. A model that needs the third has, for 2-D, the reason. */
  readonly programs: { readonly 2: Program | ModelError; readonly 3: Program };
}

/** A compiled model, with what prepares a job for it. */
export type CompiledModel = Compiled<Model>;

/**
 * Checks a model against the subset, for grids of 2 and 3 dimensions.
 * Throws ModelError with the first place that is not WGSL, or not in the subset, and why.
 */
export function compileModel<Source extends ModelSource>(model: Source): Compiled<Source> {
  if (!(Number.isInteger(model.radius) && model.radius >= 1 && model.radius <= MAX_RADIUS)) {
    throw new ModelError(1, 1, `the radius is a whole number from 1 to ${MAX_RADIUS}, not ${model.radius}`);
  }
  const module = parse(model.wgsl);
  const programOf = (dimensions: 2 | 3): Program =>
    lower(check(module, model, dimensions), model.radius, dimensions);
  const programs = { 2: attempt(() => programOf(2)), 3: programOf(3) };
  const coupledTrackers = new Set<string>();
  for (const program of Object.values(programs)) {
    if (program instanceof ModelError) continue;
    for (const tracker of trackersBehindWaves(model, program)) coupledTrackers.add(tracker);
  }
  return { model, coupledTrackers, programs };
}

/** The program for a grid of `dimensions`. Throws ModelError where the model cannot run on it. */
export function programFor({ programs }: Compiled, dimensions: 2 | 3): Program {
  const program = programs[dimensions];
  if (program instanceof ModelError) throw program;
  return program;
}

function attempt(compile: () => Program): Program | ModelError {
  try {
    return compile();
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
}

function trackersBehindWaves({ fields }: ModelSource, program: Program): Set<string> {
  const reads = program.results.map((result) => fieldsRead(program, result));
  const found = new Set<string>();
  const follow = (index: number): void => {
    for (const name of reads[index] ?? []) {
      const source = fields.findIndex((field) => field.name === name);
      if (fields[source]?.kind !== 'tracker' || found.has(name)) continue;
      found.add(name);
      follow(source);
    }
  };
  for (const [index, { kind }] of fields.entries()) if (kind === 'wave') follow(index);
  return found;
}

function fieldsRead({ nodes }: Program, result: number): Set<string> {
  const needed = new Set([result]);
  const fields = new Set<string>();
  for (let index = result; index >= 0; index -= 1) {
    const node = nodes[index];
    if (!node || !needed.has(index)) continue;
    if (node.kind === 'read') fields.add(node.field);
    for (const operand of operandsOf(node)) needed.add(operand);
  }
  return fields;
}
