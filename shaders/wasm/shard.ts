import { EngineError } from '../../core/errors.js';
import { cellCount, isEmpty, shapeOf } from '../../core/grid/box.js';
import { secondsNow } from '../clock.js';
import type { Advance, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { checkData, checkSlabs, checkUpdates } from '../shard-checks.js';
import { Addresses, otherParity, type Parity } from './addresses.js';
import type { Layout } from './layout.js';
import type { WasmMemory } from './platform.js';

/** Shorter rows are copied word by word: a view of a few cells takes longer to make than to fill. */
const SHORT_ROW = 16;

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
  /** The memory's cells, as they lie there: what is copied keeps its bits, whatever they say. */
  readonly words: Uint32Array;
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
    this.running = { words: new Uint32Array(memory.buffer), stepper };
    this.bytes = memory.buffer.byteLength;
  }

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    const { words } = this.open();
    checkSlabs(this.spec, slabs);
    checkData(slabs, data);
    const given = wordsOf(data);
    this.eachRow(slabs, (row, from, length) => copyWords(given, from, words, row, length));
  }

  async read(slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    const { words } = this.open();
    checkSlabs(this.spec, slabs);
    if (into) checkData(slabs, into);
    const data = into ?? new Float32Array(slabs.reduce((sum, { box }) => sum + cellCount(box), 0));
    const taken = wordsOf(data);
    this.eachRow(slabs, (row, from, length) => copyWords(words, row, taken, from, length));
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

  /** Visits each row of the slabs' boxes, in C order: its first cell in memory, its first cell in the slabs' data, and its length. */
  private eachRow(slabs: readonly Slab[], visit: (row: number, from: number, length: number) => void): void {
    const { rowCells, planeCells } = this.addresses;
    let from = 0;
    for (const { box, ...state } of slabs) {
      if (isEmpty(box)) continue;
      const [planes, rows, length] = shapeOf(box);
      const first = this.addresses.arrayOf(state, this.parity) + this.addresses.offsetOf(box.lo);
      for (let z = 0; z < planes; z += 1) {
        for (let y = 0; y < rows; y += 1) {
          visit(first + z * planeCells + y * rowCells, from, length);
          from += length;
        }
      }
    }
  }

  private open(): Running {
    if (this.lost !== undefined) throw this.lost;
    if (!this.running) throw new EngineError('the shard is closed');
    return this.running;
  }
}

const wordsOf = (cells: Float32Array) => new Uint32Array(cells.buffer, cells.byteOffset, cells.length);

function copyWords(source: Uint32Array, at: number, target: Uint32Array, to: number, length: number): void {
  if (length >= SHORT_ROW) return target.set(source.subarray(at, at + length), to);
  for (let i = 0; i < length; i += 1) target[to + i] = source[at + i] as number;
}
