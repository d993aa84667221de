import { type Box, cellCount, grow, hasCell, intersect, shapeOf, type Triple } from '../core/grid/box.js';
import { programFor } from './compiler/compile.js';
import { interpret } from './compiler/interpret.js';
import type { ShardSpec, StateArray, Update } from './engine.js';
import { kept } from './kept-waves.suite.js';

/** A shard advanced by the interpreter, cell by cell: slow, and right by definition. */
export class InterpretedShard {
  private readonly arrays = new Map<string, Float32Array>();
  private readonly media = new Map<string, Float32Array>();
  private parity = 0;

  constructor(private readonly spec: ShardSpec) {
    for (let component = 0; component < spec.components; component += 1) {
      for (const { name, kind } of spec.model.model.fields) {
        for (const parity of kind === 'wave' ? [0, 1] : [0]) {
          this.arrays.set(`${component} ${name} ${parity}`, new Float32Array(cellCount(spec.frame)));
        }
      }
    }
    for (const [name, value] of Object.entries(spec.media ?? {})) {
      const everywhere = value === 'cells' ? 0 : value;
      this.media.set(name, new Float32Array(cellCount(spec.frame)).fill(everywhere));
    }
  }

  array({ component, field, level }: StateArray): Float32Array {
    const medium = this.media.get(field);
    if (medium) return medium;
    const kind = this.spec.model.model.fields.find(({ name }) => name === field)?.kind;
    const parity = kind === 'tracker' ? 0 : level === 'now' ? this.parity : 1 - this.parity;
    const array = this.arrays.get(`${component} ${field} ${parity}`);
    if (!array) throw new RangeError(`no ${level} of ${field}.${component}`);
    return array;
  }

  advance({ box, time, amplitudes = [] }: Update): void {
    const { frame, model, components, constants, dimensions, sources = [] } = this.spec;
    const program = programFor(model, dimensions);
    this.fillGhosts();
    for (let component = 0; component < components; component += 1) {
      const results = eachCell(box, ([z, y, x]) =>
        interpret(program, {
          constants,
          time,
          read: ({ field, level, offset: [dx, dy, dz] }) =>
            this.array({ component, field, level })[indexIn(frame, [z + dz, y + dy, x + dx])] as number,
          medium: (name) => this.media.get(name)?.[indexIn(frame, [z, y, x])] as number,
        }),
      );
      for (const [field, { name, kind }] of model.model.fields.entries()) {
        const target = this.array({ component, field: name, level: kind === 'wave' ? 'before' : 'now' });
        eachCell(box, (cell, index) => {
          const value = results[index]?.[field] as number;
          target[indexIn(frame, cell)] = kind === 'wave' ? kept(this.spec, value, time) : value;
        });
      }
    }
    this.parity = 1 - this.parity;
    for (const [index, { component, field, box: fed }] of sources.entries()) {
      const target = this.array({ component, field, level: 'now' });
      eachCell(intersect(fed, box), (cell) => {
        const amplitude = Math.fround(amplitudes[index] as number);
        const sum = Math.fround((target[indexIn(frame, cell)] as number) + amplitude);
        target[indexIn(frame, cell)] = kept(this.spec, sum, amplitude);
      });
    }
  }

  /** By the definition of `ShardSpec.domain`, cell by cell: each coordinate outside is folded back inside. */
  private fillGhosts(): void {
    const { frame, domain = frame, model, components } = this.spec;
    for (let component = 0; component < components; component += 1) {
      for (const { name, kind } of model.model.fields) {
        if (kind !== 'wave') continue;
        const now = this.array({ component, field: name, level: 'now' });
        eachCell(frame, (cell) => {
          if (hasCell(domain, cell)) return;
          const image = cell.map((place, axis) => folded(place, domain, axis as 0 | 1 | 2));
          now[indexIn(frame, cell)] = now[indexIn(frame, image as unknown as Triple)] as number;
        });
      }
    }
  }
}

function folded(place: number, { lo, hi }: Box, axis: 0 | 1 | 2): number {
  if (place < lo[axis]) return 2 * lo[axis] - 1 - place;
  return place >= hi[axis] ? 2 * hi[axis] - 1 - place : place;
}

/** The largest box that a shard can update. */
export function interior({ frame, model, dimensions }: ShardSpec): Box {
  const { radius } = model.model;
  return grow(frame, [dimensions === 3 ? -radius : 0, -radius, -radius]);
}

function indexIn(frame: Box, cell: Triple): number {
  if (!hasCell(frame, cell)) throw new RangeError(`cell [${cell}] is outside the frame`);
  const [, ny, nx] = shapeOf(frame);
  return ((cell[0] - frame.lo[0]) * ny + cell[1] - frame.lo[1]) * nx + cell[2] - frame.lo[2];
}

function eachCell<Result>(box: Box, visit: (cell: Triple, index: number) => Result): Result[] {
  const results: Result[] = [];
  for (let z = box.lo[0]; z < box.hi[0]; z += 1) {
    for (let y = box.lo[1]; y < box.hi[1]; y += 1) {
      for (let x = box.lo[2]; x < box.hi[2]; x += 1) results.push(visit([z, y, x], results.length));
    }
  }
  return results;
}
