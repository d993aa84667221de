import { literalArithmetic } from '../../../shaders/compiler/arithmetic.js';
import type { Compiled } from '../../../shaders/compiler/compile.js';
import { programFor } from '../../../shaders/compiler/compile.js';
import type { Program } from '../../../shaders/compiler/program.js';
import { AXES, type Box, cellCount, hasCell, intersect, shapeOf, type Triple } from '../../grid/box.js';
import { withGhosts } from '../../grid/ghosts.js';
import type { Cone } from '../cone.js';
import { type Physics, sourcesReaching } from '../physics.js';

/** The waves of one component over a cone, advanced in f64 by the model's own program, node by node: what an audit's identity is held to. */
export class ExactWaves {
  readonly #frame: Box;
  readonly #arrays = new Map<string, Float64Array>();
  readonly #media = new Map<string, (cell: Triple) => number>();

  private constructor(
    private readonly physics: Physics,
    private readonly cone: Cone,
  ) {
    this.#frame = withGhosts(physics.grid, physics.mirrors, cone.held, physics.model.model.radius);
  }

  static async open(physics: Physics, cone: Cone): Promise<ExactWaves> {
    const waves = new ExactWaves(physics, cone);
    for (const [name, medium] of physics.media) {
      if (typeof medium === 'number') waves.#media.set(name, () => Math.fround(medium));
      else {
        const cells = await medium(cone.held);
        waves.#media.set(name, (cell) => cells[indexIn(cone.held, cell)] as number);
      }
    }
    return waves;
  }

  get #waves() {
    return this.physics.model.model.fields.filter(({ kind }) => kind === 'wave').map(({ name }) => name);
  }

  /** `start`: wave after wave, `now` in the held cells, `before` in the inner ones. The end likewise, in the box. */
  run(start: Float64Array, component: number, from: number): Float64Array {
    let taken = 0;
    for (const name of this.#waves) {
      for (const [level, box] of [
        ['now', this.cone.held],
        ['before', this.cone.inner],
      ] as const) {
        const array = new Float64Array(cellCount(this.#frame));
        for (const cell of cellsOf(box)) array[indexIn(this.#frame, cell)] = start[taken++] as number;
        this.#arrays.set(`${name} ${level}`, array);
      }
    }
    for (const [step, box] of this.cone.updates.entries()) this.#step(box, component, from + step);
    const end = this.#waves.flatMap((name) =>
      (['now', 'before'] as const).flatMap((level) =>
        [...cellsOf(this.cone.box)].map((cell) => this.#at(name, level, cell)),
      ),
    );
    return Float64Array.from(end);
  }

  #at(name: string, level: 'now' | 'before', cell: Triple): number {
    return this.#arrays.get(`${name} ${level}`)?.[indexIn(this.#frame, cell)] as number;
  }

  #step(box: Box, component: number, step: number): void {
    const { grid, model, constants, dt } = this.physics;
    const names = model.model.fields.map(({ name }) => name);
    const program = programFor(model as Compiled, grid.dimensions);
    const fresh = this.#waves.map((name) => this.#arrays.get(`${name} before`)?.slice() as Float64Array);
    for (const cell of cellsOf(box)) {
      const results = exactly(program, {
        constant: (name) => Math.fround(constants[name] as number),
        medium: (name) => (this.#media.get(name) as (cell: Triple) => number)(cell),
        read: (name, level, [dx, dy, dz]) => {
          if (!this.#waves.includes(name)) return 0;
          return this.#at(name, level, this.#inside([cell[0] + dz, cell[1] + dy, cell[2] + dx]));
        },
        time: step * dt,
      });
      for (const [index, name] of this.#waves.entries()) {
        (fresh[index] as Float64Array)[indexIn(this.#frame, cell)] = results[names.indexOf(name)] as number;
      }
    }
    for (const [index, name] of this.#waves.entries()) {
      const array = fresh[index] as Float64Array;
      for (const source of sourcesReaching(this.physics, this.cone.held)) {
        if (source.component !== component || source.field !== name) continue;
        for (const cell of cellsOf(intersect(source.box, box))) {
          const at = indexIn(this.#frame, cell);
          array[at] = (array[at] as number) + Math.fround(source.amplitude(step));
        }
      }
      this.#arrays.set(`${name} before`, this.#arrays.get(`${name} now`) as Float64Array);
      this.#arrays.set(`${name} now`, array);
    }
  }

  /** Where a mirror shows a cell beyond it. */
  #inside(cell: Triple): Triple {
    const { held } = this.cone;
    if (hasCell(held, cell) || !hasCell(this.#frame, cell)) return cell;
    const [z = 0, y = 0, x = 0] = AXES.map((axis) => {
      const [lo, hi, place] = [held.lo[axis], held.hi[axis], cell[axis]];
      if (place < lo) return lo + (lo - place) - 1;
      return place < hi ? place : hi - 1 - (place - hi);
    });
    return [z, y, x];
  }
}

interface ExactWorld {
  readonly constant: (name: string) => number;
  readonly medium: (name: string) => number;
  readonly read: (name: string, level: 'now' | 'before', offset: readonly [number, number, number]) => number;
  readonly time: number;
}

function exactly({ nodes, results }: Program, world: ExactWorld): number[] {
  const exact = literalArithmetic('abstract-float', (reason) => {
    throw new RangeError(reason);
  });
  const values: (number | boolean)[] = [];
  const value = (index: number) => values[index] as number | boolean;
  for (const node of nodes) {
    switch (node.kind) {
      case 'literal':
        values.push(node.value);
        break;
      case 'constant':
      case 'medium':
        values.push(world[node.kind](node.name));
        break;
      case 'time':
        values.push(world.time);
        break;
      case 'read':
        values.push(world.read(node.field, node.level, node.offset));
        break;
      case 'unary':
        values.push(exact.unary(node.operation, value(node.operand)));
        break;
      case 'binary':
        values.push(exact.binary(node.operation, value(node.left), value(node.right)));
        break;
      case 'select':
        values.push(exact.select(value(node.condition), value(node.yes), value(node.no)));
    }
  }
  return results.map((result) => Number(value(result)));
}

function* cellsOf({ lo, hi }: Box): Generator<Triple> {
  for (let z = lo[0]; z < hi[0]; z += 1)
    for (let y = lo[1]; y < hi[1]; y += 1) for (let x = lo[2]; x < hi[2]; x += 1) yield [z, y, x];
}

function indexIn({ lo, hi }: Box, cell: Triple): number {
  if (!hasCell({ lo, hi }, cell)) throw new RangeError(`cell [${cell}] is outside [${lo}] to [${hi}]`);
  const [, ny, nx] = shapeOf({ lo, hi });
  return ((cell[0] - lo[0]) * ny + cell[1] - lo[1]) * nx + cell[2] - lo[2];
}
