import { EngineError } from '../../core/errors.js';
import { type Box, cellCount, isEmpty, shapeOf, type Triple } from '../../core/grid/box.js';
import { secondsNow } from '../clock.js';
import type { Advance, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { checkData, checkSlabs, checkUpdates } from '../shard-checks.js';
import { Addresses, otherParity, type Parity } from './addresses.js';
import type { Layout } from './layout.js';
import type { WasmMemory } from './platform.js';

/** What makes the steps of one shard, on however many threads. */
export interface Stepper {
  /**
   * Makes all updates, from the level in the arrays of this parity. Returns `[updates, probes]` samples, in a buffer of their own.
   * Throws EngineError where a thread is lost; the cells are worth nothing then.
   */
  advance(updates: readonly Update[], parity: Parity): Float32Array;
  close(): void;
}

interface Running {
  readonly cells: Float32Array;
  readonly stepper: Stepper;
}

/** Runs at once in each call, so that calls take effect in the order in which they are made. */
export class WasmShard implements EngineShard {
  readonly bytes: number;
  /** Undefined once the shard is closed, so that its memory can be freed. */
  private running: Running | undefined;
  /** What cut a course short: the cells are worth nothing since. */
  private lost: unknown;
  private parity: Parity = 0;
  private readonly addresses: Addresses;

  constructor(
    private readonly spec: ShardSpec,
    layout: Layout,
    memory: WasmMemory,
    stepper: Stepper,
    private readonly onClose: () => void,
  ) {
    this.addresses = new Addresses(layout);
    this.running = { cells: new Float32Array(memory.buffer), stepper };
    this.bytes = memory.buffer.byteLength;
  }

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    const { cells } = this.open();
    checkSlabs(this.spec, slabs);
    checkData(slabs, data);
    this.eachRow(slabs, (row, from, length) => copyRow(data, from, cells, row, length));
  }

  async read(slabs: readonly Slab[]): Promise<Float32Array> {
    const { cells } = this.open();
    checkSlabs(this.spec, slabs);
    const data = new Float32Array(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
    this.eachRow(slabs, (row, from, length) => copyRow(cells, row, data, from, length));
    return data;
  }

  async advance(updates: readonly Update[]): Promise<Advance> {
    const { stepper } = this.open();
    checkUpdates(this.spec, updates);
    const started = secondsNow();
    try {
      const samples = stepper.advance(updates, this.parity);
      if (updates.length % 2 === 1) this.parity = otherParity(this.parity);
      return { samples, seconds: secondsNow() - started };
    } catch (error) {
      this.lost = error;
      throw error;
    }
  }

  async swapLevels(): Promise<void> {
    this.open();
    this.parity = otherParity(this.parity);
  }

  async close(): Promise<void> {
    this.running?.stepper.close();
    this.running = undefined;
    this.onClose();
  }

  private eachRow(slabs: readonly Slab[], visit: (row: number, from: number, length: number) => void): void {
    let from = 0;
    for (const { box, ...state } of slabs) {
      const array = this.addresses.arrayOf(state, this.parity);
      eachRowOf(box, (corner, length) => {
        visit(array + this.addresses.offsetOf(corner), from, length);
        from += length;
      });
    }
  }

  private open(): Running {
    if (this.lost !== undefined) throw this.lost;
    if (!this.running) throw new EngineError('the shard is closed');
    return this.running;
  }
}

/** Rows up to so many cells are copied cell by cell: a view of them takes longer to make than they take to copy. */
const SHORT_ROW = 32;

function copyRow(source: Float32Array, at: number, target: Float32Array, to: number, length: number): void {
  if (length > SHORT_ROW) return target.set(source.subarray(at, at + length), to);
  for (let cell = 0; cell < length; cell += 1) target[to + cell] = source[at + cell] as number;
}

/** Visits the first cell of each row of a box, in C order. */
function eachRowOf(box: Box, visit: (corner: Triple, length: number) => void): void {
  if (isEmpty(box)) return;
  const [, , length] = shapeOf(box);
  for (let z = box.lo[0]; z < box.hi[0]; z += 1) {
    for (let y = box.lo[1]; y < box.hi[1]; y += 1) visit([z, y, box.lo[2]], length);
  }
}
