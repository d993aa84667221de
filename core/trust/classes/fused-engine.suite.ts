import { literalArithmetic } from '../../../shaders/compiler/arithmetic.js';
import { programFor } from '../../../shaders/compiler/compile.js';
import type { Node, Program, Read } from '../../../shaders/compiler/program.js';
import type { Engine, EngineShard, ShardSpec, Slab, StateArray, Update } from '../../../shaders/engine.js';
import { ghostSlabs } from '../../../shaders/mirrors.js';
import { type Axis, type Box, cellCount, hasCell, intersect, shapeOf, type Triple } from '../../grid/box.js';

/**
 * An honest engine of another numerical class: a product that is added to, or subtracted from, is not rounded before, as a device
 * does that has fused multiply-add. Row by row, so that larger tests can afford it.
 */
export function fusedEngine(): Engine {
  return {
    kind: 'wasm',
    device: 'CPU, fused products emulated',
    memory: 2 ** 30,
    createShard: async (spec) => new FusedShard(spec),
    close: async () => {},
  };
}

class FusedShard implements EngineShard {
  readonly bytes = 0;
  readonly #arrays = new Map<string, Float32Array>();
  readonly #program: Program;
  /** One row for each node, rounded; and what a product is before it is rounded. */
  readonly #rows: readonly Float64Array[];
  readonly #products: readonly Float64Array[];
  #parity = 0;

  constructor(private readonly spec: ShardSpec) {
    this.#program = programFor(spec.model, spec.dimensions);
    const [, , nx] = shapeOf(spec.frame);
    this.#rows = this.#program.nodes.map(() => new Float64Array(nx));
    this.#products = this.#program.nodes.map(() => new Float64Array(nx));
    const cells = cellCount(spec.frame);
    for (let component = 0; component < spec.components; component += 1) {
      for (const { name } of spec.model.model.fields) {
        for (const parity of [0, 1])
          this.#arrays.set(`${component} ${name} ${parity}`, new Float32Array(cells));
      }
    }
    for (const [name, value] of Object.entries(spec.media ?? {})) {
      this.#arrays.set(`medium ${name}`, new Float32Array(cells).fill(value === 'cells' ? 0 : value));
    }
  }

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    let taken = 0;
    for (const slab of slabs) {
      const array = this.#array(slab);
      this.#eachRow(slab.box, (at, length) => {
        array.set(data.subarray(taken, taken + length), at);
        taken += length;
      });
    }
  }

  async read(slabs: readonly Slab[]): Promise<Float32Array> {
    const data = new Float32Array(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
    let written = 0;
    for (const slab of slabs) {
      const array = this.#array(slab);
      this.#eachRow(slab.box, (at, length) => {
        data.set(array.subarray(at, at + length), written);
        written += length;
      });
    }
    return data;
  }

  async advance(updates: readonly Update[]) {
    const samples = updates.flatMap((update) => {
      this.#step(update);
      return this.#sample();
    });
    return { samples: Float32Array.from(samples), seconds: 0 };
  }

  async swapLevels(): Promise<void> {
    this.#parity = 1 - this.#parity;
  }

  async close(): Promise<void> {}

  #sample(): number[] {
    return this.spec.probes.map(
      ({ cell, ...state }) => this.#array({ ...state, level: 'now' })[this.#indexOf(cell)] as number,
    );
  }

  #array({ component, field, level }: StateArray): Float32Array {
    const kind = this.spec.model.model.fields.find(({ name }) => name === field)?.kind;
    const parity = kind === 'tracker' ? 0 : level === 'now' ? this.#parity : 1 - this.#parity;
    const array = this.#arrays.get(kind ? `${component} ${field} ${parity}` : `medium ${field}`);
    if (!array) throw new RangeError(`no ${field}.${component}`);
    return array;
  }

  #step({ box, time, amplitudes = [] }: Update): void {
    const { model, components, sources = [] } = this.spec;
    this.#fillGhosts();
    for (let component = 0; component < components; component += 1) {
      this.#eachRow(box, (at, length) => {
        for (const [index, node] of this.#program.nodes.entries())
          this.#evaluate(node, index, component, at, length, time);
        for (const [field, { name, kind }] of model.model.fields.entries()) {
          const target = this.#array({ component, field: name, level: kind === 'wave' ? 'before' : 'now' });
          const row = this.#rows[this.#program.results[field] as number] as Float64Array;
          for (let x = 0; x < length; x += 1) target[at + x] = row[x] as number;
        }
      });
    }
    this.#parity = 1 - this.#parity;
    for (const [index, { component, field, box: fed }] of sources.entries()) {
      const target = this.#array({ component, field, level: 'now' });
      this.#eachRow(intersect(fed, box), (at, length) => {
        for (let x = at; x < at + length; x += 1)
          target[x] = (target[x] as number) + Math.fround(amplitudes[index] as number);
      });
    }
  }

  #evaluate(node: Node, index: number, component: number, at: number, length: number, time: number): void {
    const row = this.#rows[index] as Float64Array;
    switch (node.kind) {
      case 'literal':
        row.fill(Number(node.value));
        break;
      case 'constant':
        row.fill(Math.fround(this.spec.constants[node.name] as number));
        break;
      case 'time':
        row.fill(Math.fround(time));
        break;
      case 'medium': {
        const medium = this.#arrays.get(`medium ${node.name}`) as Float32Array;
        row.set(medium.subarray(at, at + length));
        break;
      }
      case 'read': {
        const from = at + this.#reach(node);
        row.set(this.#array({ component, ...node }).subarray(from, from + length));
        break;
      }
      case 'unary': {
        const operand = this.#rows[node.operand] as Float64Array;
        for (let x = 0; x < length; x += 1) row[x] = Number(f32.unary(node.operation, operand[x] as number));
        break;
      }
      case 'binary':
        this.#combine(node, index, length);
        break;
      case 'select': {
        const [condition, yes, no] = [node.condition, node.yes, node.no].map(
          (operand) => this.#rows[operand],
        );
        for (let x = 0; x < length; x += 1) row[x] = (condition?.[x] ? yes?.[x] : no?.[x]) as number;
      }
    }
  }

  #combine(node: Extract<Node, { kind: 'binary' }>, index: number, length: number): void {
    const { operation, left, right } = node;
    const row = this.#rows[index] as Float64Array;
    const exact = this.#products[index] as Float64Array;
    const sum = operation === 'add' || operation === 'subtract';
    const fuseRight = sum && this.#isProduct(right);
    const fuseLeft = sum && !fuseRight && this.#isProduct(left);
    const a = (fuseLeft ? this.#products : this.#rows)[left] as Float64Array;
    const b = (fuseRight ? this.#products : this.#rows)[right] as Float64Array;
    for (let x = 0; x < length; x += 1) {
      const [p, q] = [a[x] as number, b[x] as number];
      switch (operation) {
        case 'add':
          row[x] = Math.fround(p + q);
          break;
        case 'subtract':
          row[x] = Math.fround(p - q);
          break;
        case 'multiply':
          exact[x] = p * q;
          row[x] = Math.fround(p * q);
          break;
        default:
          row[x] = Number(f32.binary(operation, p, q));
      }
    }
  }

  #isProduct(index: number): boolean {
    const node = this.#program.nodes[index];
    return node?.kind === 'binary' && node.operation === 'multiply';
  }

  #reach({ offset: [dx, dy, dz] }: Read): number {
    const [, ny, nx] = shapeOf(this.spec.frame);
    return (dz * ny + dy) * nx + dx;
  }

  #fillGhosts(): void {
    const { frame, domain = frame, model, components } = this.spec;
    for (const { axis, box } of ghostSlabs(this.spec)) {
      for (let component = 0; component < components; component += 1) {
        for (const { name, kind } of model.model.fields) {
          if (kind !== 'wave') continue;
          const now = this.#array({ component, field: name, level: 'now' });
          for (const cell of cellsOf(box))
            now[this.#indexOf(cell)] = now[this.#indexOf(imageOf(cell, axis, domain))] as number;
        }
      }
    }
  }

  #indexOf(cell: Triple): number {
    const { frame } = this.spec;
    if (!hasCell(frame, cell)) throw new RangeError(`cell [${cell}] is outside the frame`);
    const [, ny, nx] = shapeOf(frame);
    return ((cell[0] - frame.lo[0]) * ny + cell[1] - frame.lo[1]) * nx + cell[2] - frame.lo[2];
  }

  #eachRow({ lo, hi }: Box, visit: (at: number, length: number) => void): void {
    if (hi[2] <= lo[2]) return;
    for (let z = lo[0]; z < hi[0]; z += 1)
      for (let y = lo[1]; y < hi[1]; y += 1) visit(this.#indexOf([z, y, lo[2]]), hi[2] - lo[2]);
  }
}

const f32 = literalArithmetic('f32', (reason) => {
  throw new RangeError(reason);
});

function imageOf(cell: Triple, axis: Axis, { lo, hi }: Box): Triple {
  const place = cell[axis] < lo[axis] ? 2 * lo[axis] - 1 - cell[axis] : 2 * hi[axis] - 1 - cell[axis];
  return cell.with(axis, place) as unknown as Triple;
}

function* cellsOf({ lo, hi }: Box): Generator<Triple> {
  for (let z = lo[0]; z < hi[0]; z += 1)
    for (let y = lo[1]; y < hi[1]; y += 1) for (let x = lo[2]; x < hi[2]; x += 1) yield [z, y, x];
}
