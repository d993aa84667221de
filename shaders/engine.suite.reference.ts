import { type Box, boxOfShape, cellCount, shapeOf, type Triple } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { ShardSpec, Slab, StateArray, Update } from './engine.js';
import { kept } from './kept-waves.suite.js';
import type { Model } from './model.js';

const SMOOTHING = Math.fround(0.005);
const REST = Math.fround(0.995);

/** A wave and two trackers, one of which takes the time: everything that an engine hands a model. */
export const suiteModel: Model = {
  name: 'suite',
  title: 'A wave with trackers, for the compliance suite',
  wgsl: `struct Cell {
  psi: f32,
  rms2: f32,
  crossed: f32,
}

fn update() -> Cell {
  let here = psi(0, 0, 0);
  var around = psi(-1, 0, 0) + psi(1, 0, 0) + psi(0, -1, 0) + psi(0, 1, 0);
  if (DIMENSIONS == 3u) {
    around = around + psi(0, 0, -1) + psi(0, 0, 1);
  }
  let next = 2.0 * here - psi_before() + param.coupling * (around - 6.0 * here);
  var last = crossed();
  if (here < 0.0 && next >= 0.0) {
    last = step.time;
  }
  return Cell(next, 0.005 * next * next + 0.995 * rms2(), last);
}
`,
  radius: 1,
  fields: [
    { name: 'psi', kind: 'wave', title: 'Amplitude', unit: ({ amplitude }) => amplitude },
    { name: 'rms2', kind: 'tracker', title: 'Mean square', unit: ({ amplitude }) => `${amplitude}2` },
    { name: 'crossed', kind: 'tracker', title: 'Time of the last upward crossing', unit: ({ time }) => time },
  ],
  media: [],
  parameters: [],
  constants: ['coupling'],
  evaluate: () => ({ coupling: 0.19 }),
  largestStep: () => 1,
};

/** A small shard of it, for tests of what goes on around an engine. */
export const suiteShard: ShardSpec = {
  model: compileModel(suiteModel),
  components: 1,
  dimensions: 3,
  frame: boxOfShape([8, 8, 8]),
  constants: { coupling: 0.1 },
  probes: [],
};

/** An update of all that can be updated in it. */
export const suiteUpdate: Update = { box: { lo: [1, 1, 1], hi: [7, 7, 7] }, time: 0 };

/** Every state array of a shard of the suite's model. */
export function stateArraysOf({ components, model }: ShardSpec): readonly StateArray[] {
  return Array.from({ length: components }, (_, component) =>
    model.model.fields.flatMap(({ name: field, kind }): StateArray[] => [
      { component, field, level: 'now' },
      ...(kind === 'wave' ? [{ component, field, level: 'before' } as const] : []),
    ]),
  ).flat();
}

interface Component {
  psi: Float32Array;
  before: Float32Array;
  readonly rms2: Float32Array;
  readonly crossed: Float32Array;
}

/** The suite's model in strict f32, one rounding for each operation, in the order that its WGSL writes them. */
export class ReferenceShard {
  readonly #components: readonly Component[];

  constructor(private readonly spec: ShardSpec) {
    const make = () => new Float32Array(cellCount(spec.frame));
    this.#components = Array.from({ length: spec.components }, () => ({
      psi: make(),
      before: make(),
      rms2: make(),
      crossed: make(),
    }));
  }

  write(slabs: readonly Slab[], data: Float32Array): void {
    let taken = 0;
    for (const slab of slabs) {
      const array = this.#array(slab);
      for (const index of this.#indices(slab.box)) {
        const value = data[taken++] ?? Number.NaN;
        array[index] = slab.field === 'psi' ? kept(this.spec, value, 0) : value;
      }
    }
  }

  read(slabs: readonly Slab[]): Float32Array {
    return Float32Array.from(
      slabs.flatMap((slab) => {
        const array = this.#array(slab);
        return Array.from(this.#indices(slab.box), (index) => array[index] ?? Number.NaN);
      }),
    );
  }

  update({ box, time }: Update): void {
    const f = Math.fround;
    const coupling = f(this.spec.constants.coupling ?? Number.NaN);
    const [, ny, nx] = shapeOf(this.spec.frame);
    for (const component of this.#components) {
      const { psi, before, rms2, crossed } = component;
      const at = (index: number) => psi[index] ?? Number.NaN;
      for (const i of this.#indices(box)) {
        const here = at(i);
        let around = f(f(f(at(i - 1) + at(i + 1)) + at(i - nx)) + at(i + nx));
        if (this.spec.dimensions === 3) around = f(f(around + at(i - ny * nx)) + at(i + ny * nx));
        const pull = f(coupling * f(around - f(6 * here)));
        const next = f(f(f(2 * here) - (before[i] ?? Number.NaN)) + pull);
        before[i] = kept(this.spec, next, time);
        rms2[i] = f(f(f(SMOOTHING * next) * next) + f(REST * (rms2[i] ?? Number.NaN)));
        if (here < 0 && next >= 0) crossed[i] = time;
      }
      component.psi = before;
      component.before = psi;
    }
  }

  /** The spec's probes, now. */
  sample(): Float32Array {
    return Float32Array.from(this.spec.probes, ({ component, field, cell: [z, y, x] }) => {
      const box: Box = { lo: [z, y, x], hi: [z + 1, y + 1, x + 1] };
      return this.read([{ component, field, level: 'now', box }])[0] ?? Number.NaN;
    });
  }

  #array({ component, field, level }: StateArray): Float32Array {
    const arrays = this.#components[component];
    if (!arrays) throw new RangeError(`no component ${component}`);
    switch (field) {
      case 'psi':
        return level === 'now' ? arrays.psi : arrays.before;
      case 'rms2':
      case 'crossed':
        return arrays[field];
      default:
        throw new RangeError(`no field ${field}`);
    }
  }

  /** Indices of a box's cells, in C order. */
  *#indices({ lo, hi }: Box): Generator<number> {
    const corner: Triple = this.spec.frame.lo;
    const [, ny, nx] = shapeOf(this.spec.frame);
    for (let z = lo[0]; z < hi[0]; z++)
      for (let y = lo[1]; y < hi[1]; y++)
        for (let x = lo[2]; x < hi[2]; x++)
          yield ((z - corner[0]) * ny + (y - corner[1])) * nx + (x - corner[2]);
  }
}
