import { EngineError } from '../../core/errors.js';
import { type Box, cellCount, contains, grow, isEmpty, shapeOf } from '../../core/grid/box.js';
import type { Advance, EngineShard, ShardSpec, Slab, StateArray, Update } from '../engine.js';
import type { Step } from './emit.js';
import { type Layout, offsetOf } from './layout.js';
import { performance, type WasmMemory } from './platform.js';

const F32_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Runs at once in each call, so that calls take effect in the order in which they are made. */
export class WasmShard implements EngineShard {
  readonly bytes: number;
  private cells: Float32Array | undefined;
  /** Which of a wave field's two arrays is `now`. */
  private parity: 0 | 1 = 0;
  private readonly updatable: Box;
  /** Cell indices of the probes, for either parity. */
  private readonly probes: readonly [even: readonly number[], odd: readonly number[]];

  constructor(
    private readonly spec: ShardSpec,
    private readonly layout: Layout,
    memory: WasmMemory,
    private readonly steps: readonly [even: Step, odd: Step],
    private readonly onClose: () => void,
  ) {
    this.cells = new Float32Array(memory.buffer);
    this.bytes = memory.buffer.byteLength;
    const { radius } = spec.model.model;
    this.updatable = grow(spec.frame, [spec.dimensions === 3 ? -radius : 0, -radius, -radius]);
    const indices = (parity: 0 | 1): number[] =>
      spec.probes.map(
        ({ cell, ...state }) => this.arrayOf({ ...state, level: 'now' }, parity) + this.indexOf(cell),
      );
    this.probes = [indices(0), indices(1)];
  }

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    const cells = this.open();
    this.check(slabs);
    const expected = slabs.reduce((sum, { box }) => sum + cellCount(box), 0);
    if (data.length !== expected)
      throw new EngineError(`the slabs have ${expected} cells, the data ${data.length}`);
    this.eachRow(slabs, (row, from, length) => cells.set(data.subarray(from, from + length), row));
  }

  async read(slabs: readonly Slab[]): Promise<Float32Array> {
    const cells = this.open();
    this.check(slabs);
    const data = new Float32Array(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
    this.eachRow(slabs, (row, from, length) => data.set(cells.subarray(row, row + length), from));
    return data;
  }

  async advance(updates: readonly Update[]): Promise<Advance> {
    const cells = this.open();
    for (const { box } of updates) {
      if (isEmpty(box) || !contains(this.updatable, box)) {
        throw new EngineError(
          `cells ${shown(box)} cannot be updated: their neighbours are not all in ${shown(this.spec.frame)}`,
        );
      }
    }
    const samples = new Float32Array(updates.length * this.spec.probes.length);
    const started = performance.now();
    let sample = 0;
    for (const update of updates) {
      this.step(update);
      for (const index of this.probes[this.parity]) {
        samples[sample] = cells[index] as number;
        sample += 1;
      }
    }
    return { samples, seconds: (performance.now() - started) / 1000 };
  }

  async close(): Promise<void> {
    this.cells = undefined;
    this.onClose();
  }

  private step({ box, time }: Update): void {
    const [nz, ny, nx] = shapeOf(box);
    const [z, y, x] = box.lo;
    const { frame, component } = this.layout;
    const first = offsetOf(this.layout, [z, y, frame.lo[2]]);
    const from = (x - frame.lo[2]) * F32_BYTES;
    for (let index = 0; index < this.spec.components; index += 1) {
      this.steps[this.parity](first + index * component, ny, nz, from, from + nx * F32_BYTES, time);
    }
    this.parity = this.parity === 0 ? 1 : 0;
  }

  private eachRow(slabs: readonly Slab[], visit: (row: number, from: number, length: number) => void): void {
    let from = 0;
    for (const { box, ...state } of slabs) {
      const array = this.arrayOf(state, this.parity);
      const [, , length] = shapeOf(box);
      if (isEmpty(box)) continue;
      for (let z = box.lo[0]; z < box.hi[0]; z += 1) {
        for (let y = box.lo[1]; y < box.hi[1]; y += 1) {
          visit(array + this.indexOf([z, y, box.lo[2]]), from, length);
          from += length;
        }
      }
    }
  }

  private check(slabs: readonly Slab[]): void {
    for (const { component, field, level, box } of slabs) {
      const known = this.spec.model.model.fields.find(({ name }) => name === field);
      if (!known || !(component >= 0 && component < this.spec.components)) {
        throw new EngineError(`this shard has no state ${field} of component ${component}`);
      }
      if (level === 'before' && known.kind === 'tracker')
        throw new EngineError(`${field} has one level only`);
      if (!isEmpty(box) && !contains(this.spec.frame, box)) {
        throw new EngineError(`cells ${shown(box)} are not all in ${shown(this.spec.frame)}`);
      }
    }
  }

  /** Index of an array's first cell. */
  private arrayOf({ component, field, level }: StateArray, parity: 0 | 1): number {
    const arrays = this.layout.arrays.get(field);
    if (!arrays) throw new EngineError(`this shard has no field ${field}`);
    const array = arrays[level === 'now' ? parity : 1 - parity] as number;
    return (array + component * this.layout.component) / F32_BYTES;
  }

  private indexOf(cell: readonly [number, number, number]): number {
    return offsetOf(this.layout, cell) / F32_BYTES;
  }

  private open(): Float32Array {
    if (!this.cells) throw new EngineError('the shard is closed');
    return this.cells;
  }
}

function shown({ lo, hi }: Box): string {
  return `[${lo}] to [${hi}]`;
}
