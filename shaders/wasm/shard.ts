import { EngineError } from '../../core/errors.js';
import { type Box, cellCount, intersect, isEmpty, shapeOf, type Triple } from '../../core/grid/box.js';
import { secondsNow } from '../clock.js';
import type { Advance, EngineShard, ShardSpec, Slab, StateArray, Update } from '../engine.js';
import { type GhostLayer, ghostSlabs, layersOf } from '../mirrors.js';
import { checkData, checkSlabs, checkUpdates } from '../shard-checks.js';
import type { Step } from './emit.js';
import { type Layout, offsetOf } from './layout.js';
import type { WasmMemory } from './platform.js';

const F32_BYTES = Float32Array.BYTES_PER_ELEMENT;

interface Running {
  readonly cells: Float32Array;
  readonly steps: readonly [even: Step, odd: Step];
}

/** Runs at once in each call, so that calls take effect in the order in which they are made. */
export class WasmShard implements EngineShard {
  readonly bytes: number;
  /** Undefined once the shard is closed, so that its memory can be freed. */
  private running: Running | undefined;
  /** Which of a wave field's two arrays is `now`. */
  private parity: 0 | 1 = 0;
  /** Cell indices of the probes, for either parity. */
  private readonly probes: readonly [even: readonly number[], odd: readonly number[]];
  private readonly ghosts: readonly GhostLayer[];

  constructor(
    private readonly spec: ShardSpec,
    private readonly layout: Layout,
    memory: WasmMemory,
    steps: readonly [even: Step, odd: Step],
    private readonly onClose: () => void,
  ) {
    this.running = { cells: new Float32Array(memory.buffer), steps };
    this.bytes = memory.buffer.byteLength;
    const indices = (parity: 0 | 1): number[] =>
      spec.probes.map(
        ({ cell, ...state }) => this.arrayOf({ ...state, level: 'now' }, parity) + this.indexOf(cell),
      );
    this.probes = [indices(0), indices(1)];
    this.ghosts = ghostSlabs(spec).flatMap(layersOf);
  }

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    const { cells } = this.open();
    checkSlabs(this.spec, slabs);
    checkData(slabs, data);
    this.eachRow(slabs, (row, from, length) => cells.set(data.subarray(from, from + length), row));
  }

  async read(slabs: readonly Slab[]): Promise<Float32Array> {
    const { cells } = this.open();
    checkSlabs(this.spec, slabs);
    const data = new Float32Array(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
    this.eachRow(slabs, (row, from, length) => data.set(cells.subarray(row, row + length), from));
    return data;
  }

  async advance(updates: readonly Update[]): Promise<Advance> {
    const { cells, steps } = this.open();
    checkUpdates(this.spec, updates);
    const samples = new Float32Array(updates.length * this.spec.probes.length);
    const started = secondsNow();
    let sample = 0;
    for (const update of updates) {
      this.fillGhosts(cells);
      this.step(update, steps[this.parity]);
      this.feed(update, cells);
      for (const index of this.probes[this.parity]) {
        samples[sample] = cells[index] as number;
        sample += 1;
      }
    }
    return { samples, seconds: secondsNow() - started };
  }

  async close(): Promise<void> {
    this.running = undefined;
    this.onClose();
  }

  private step({ box, time }: Update, step: Step): void {
    const [nz, ny, nx] = shapeOf(box);
    const [z, y, x] = box.lo;
    const { frame, component, reach } = this.layout;
    const first = offsetOf(this.layout, [z, y, frame.lo[2]]) - reach;
    const from = (x - frame.lo[2]) * F32_BYTES;
    for (let index = 0; index < this.spec.components; index += 1) {
      step(first + index * component, ny, nz, from, from + nx * F32_BYTES, index * component, time);
    }
    this.parity = this.parity === 0 ? 1 : 0;
  }

  private fillGhosts(cells: Float32Array): void {
    if (this.ghosts.length === 0) return;
    for (let component = 0; component < this.spec.components; component += 1) {
      for (const { name, kind } of this.spec.model.model.fields) {
        if (kind !== 'wave') continue;
        const array = this.arrayOf({ component, field: name, level: 'now' }, this.parity);
        for (const { from, to } of this.ghosts) {
          const inwards = this.indexOf(from.lo) - this.indexOf(to.lo);
          eachRowOf(to, (corner, length) => {
            const row = array + this.indexOf(corner);
            cells.copyWithin(row, row + inwards, row + inwards + length);
          });
        }
      }
    }
  }

  private feed({ box, amplitudes = [] }: Update, cells: Float32Array): void {
    for (const [index, source] of (this.spec.sources ?? []).entries()) {
      const amplitude = Math.fround(amplitudes[index] as number);
      const array = this.arrayOf({ ...source, level: 'now' }, this.parity);
      eachRowOf(intersect(source.box, box), (corner, length) => {
        const row = array + this.indexOf(corner);
        for (let cell = row; cell < row + length; cell += 1) {
          cells[cell] = (cells[cell] as number) + amplitude;
        }
      });
    }
  }

  private eachRow(slabs: readonly Slab[], visit: (row: number, from: number, length: number) => void): void {
    let from = 0;
    for (const { box, ...state } of slabs) {
      const array = this.arrayOf(state, this.parity);
      eachRowOf(box, (corner, length) => {
        visit(array + this.indexOf(corner), from, length);
        from += length;
      });
    }
  }

  /** Index of an array's first cell. */
  private arrayOf({ component, field, level }: StateArray, parity: 0 | 1): number {
    const medium = this.layout.media.get(field);
    if (medium !== undefined) return medium / F32_BYTES;
    const arrays = this.layout.arrays.get(field);
    if (!arrays) throw new EngineError(`this shard has no field ${field}`);
    const array = arrays[level === 'now' ? parity : 1 - parity] as number;
    return (array + component * this.layout.component) / F32_BYTES;
  }

  private indexOf(cell: Triple): number {
    return offsetOf(this.layout, cell) / F32_BYTES;
  }

  private open(): Running {
    if (!this.running) throw new EngineError('the shard is closed');
    return this.running;
  }
}

/** Visits the first cell of each row of a box, in C order. */
function eachRowOf(box: Box, visit: (corner: Triple, length: number) => void): void {
  if (isEmpty(box)) return;
  const [, , length] = shapeOf(box);
  for (let z = box.lo[0]; z < box.hi[0]; z += 1) {
    for (let y = box.lo[1]; y < box.hi[1]; y += 1) visit([z, y, box.lo[2]], length);
  }
}
