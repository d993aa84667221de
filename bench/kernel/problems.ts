import { boxOfShape, grow, type Triple } from '../../core/grid/box.js';
import { type Compiled, compileModel } from '../../shaders/compiler/compile.js';
import type { ShardSpec } from '../../shaders/engine.js';
import type { ModelSource } from '../../shaders/model.js';
import { wave } from '../../shaders/models/wave.js';
import nineteen from './models/nineteen.wgsl';
import seven from './models/seven.wgsl';

/** What is computed, apart from the size: one that all contestants of a comparison share. */
export interface Problem {
  readonly model: Compiled;
  /** Each starts from noise of its own. */
  readonly components: number;
  readonly constants: Readonly<Record<string, number>>;
  /** Time from one step to the next. */
  readonly dt: number;
}

export type ProblemName = 'seven' | 'nineteen' | 'm2';

/** Functions, because compiling one is measured too. */
export const problems: Readonly<Record<ProblemName, () => Problem>> = {
  seven: () => withCoupling('seven', seven),
  nineteen: () => withCoupling('nineteen', nineteen),
  m2: () => ({ model: compileModel(wave), components: 2, constants: { courant2: 0.3, dt: 0.5 }, dt: 0.5 }),
};

function withCoupling(name: string, wgsl: string): Problem {
  const source: ModelSource = {
    name,
    wgsl,
    radius: 1,
    fields: [{ name: 'psi', kind: 'wave' }],
    media: [{ name: 'k' }],
    constants: [],
  };
  return { model: compileModel(source), components: 1, constants: {}, dt: 1 };
}

/** A problem on `shape` `[nz, ny, nx]` cells, with a shell of fixed ones around them; a plane where `nz` is 1. */
export function shardOf({ model, components, constants }: Problem, shape: Triple): ShardSpec {
  const dimensions = shape[0] === 1 ? 2 : 3;
  return {
    model,
    components,
    dimensions,
    frame: grow(boxOfShape(shape), [dimensions === 3 ? 1 : 0, 1, 1]),
    constants,
    probes: [],
    media: Object.fromEntries(model.model.media.map(({ name }) => [name, 'cells'])),
  };
}
