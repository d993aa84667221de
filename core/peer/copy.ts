import type { Slab } from '../../shaders/engine.js';
import { ProtocolError } from '../errors.js';
import { type Box, cellCount } from '../grid/box.js';
import { cutDense } from '../grid/dense.js';
import { piecesOf } from '../grid/pieces.js';
import type { Job } from '../job/job.js';
import { stateArrays } from '../job/states.js';

/** Cells of a part: 64 KiB, which hold up a halo on the same link by 26 ms at 20 Mbit/s. */
const PART_CELLS = 16 * 1024;

/** Bytes of a copy of all state on a box. */
export const copyBytes = (job: Job, box: Box): number =>
  cellCount(box) * stateArrays(job).length * Float32Array.BYTES_PER_ELEMENT;

/**
 * All state on one box in this device's memory, or as much of it as has come. It goes to another peer in parts: array by array, slice
 * by slice. Both ends derive the same.
 */
export class Copy {
  readonly box: Box;
  readonly #job: Job;
  readonly #arrays: readonly Float32Array[];
  /** Where each part of an array starts; the last one ends at the box's end. */
  readonly #starts: readonly number[];
  readonly #missing: Set<number>;

  /** A copy that nothing has come of. */
  constructor(job: Job, box: Box) {
    this.box = box;
    this.#job = job;
    this.#arrays = stateArrays(job).map(() => new Float32Array(cellCount(box)));
    let start = 0;
    this.#starts = [...piecesOf(box, PART_CELLS)].map((piece) => {
      start += cellCount(piece);
      return start - cellCount(piece);
    });
    this.#missing = new Set(Array.from({ length: this.parts }, (_, part) => part));
  }

  /** A whole copy, from all cells: array by array, each in the slices that make it up. */
  static of(job: Job, box: Box, arrays: readonly (readonly Float32Array[])[]): Copy {
    const copy = new Copy(job, box);
    for (const [i, slices] of arrays.entries()) {
      let start = 0;
      for (const cells of slices) {
        copy.#arrays[i]?.set(cells, start);
        start += cells.length;
      }
    }
    copy.#missing.clear();
    return copy;
  }

  get parts(): number {
    return this.#arrays.length * this.#starts.length;
  }

  get isWhole(): boolean {
    return this.#missing.size === 0;
  }

  /** A view of one part's cells. Throws ProtocolError where there is no such part. */
  part(part: number): Float32Array {
    const array = this.#arrays[Math.floor(part / this.#starts.length)];
    const at = part % this.#starts.length;
    if (!array) throw new ProtocolError(`a copy of ${this.parts} parts has none of number ${part}`);
    return array.subarray(this.#starts[at], this.#starts[at + 1]);
  }

  /** A part has come. Throws ProtocolError where there is no such part, or it has other cells. */
  put(part: number, cells: Float32Array): void {
    const place = this.part(part);
    if (place.length !== cells.length) {
      throw new ProtocolError(
        `part ${part} of a copy has ${cells.length} cells where ${place.length} are due`,
      );
    }
    place.set(cells);
    this.#missing.delete(part);
  }

  /** The cells of a slab within the box. */
  cut({ component, field, level, box }: Slab): Float32Array {
    const array = stateArrays(this.#job).findIndex(
      (of) => of.component === component && of.field === field && of.level === level,
    );
    return cutDense(this.#arrays[array] as Float32Array, this.box, box);
  }
}

/** What a copy is of: a shard of a plan, after so many steps. */
export interface CopyPlace {
  readonly plan: number;
  readonly step: number;
  /** Index into the plan's shards. */
  readonly shard: number;
}

/** Copies of one shard that are held at once: the one that counts, the one that is to take its place, and one given up. */
const MOST_OF_A_SHARD = 3;

/** The copies that a peer holds: of its own shard, and of that whose buddy it is. */
export class Copies {
  readonly #held = new Map<string, { readonly place: CopyPlace; readonly copy: Copy }>();

  of(place: CopyPlace): Copy | undefined {
    return this.#held.get(keyOf(place))?.copy;
  }

  /** Where there are too many of the shard already, the oldest goes. */
  keep(place: CopyPlace, copy: Copy): void {
    this.#held.set(keyOf(place), { place, copy });
    const same = [...this.#held.values()].filter(
      ({ place: { plan, shard } }) => plan === place.plan && shard === place.shard,
    );
    same.sort((a, b) => b.place.step - a.place.step);
    for (const { place: old } of same.slice(MOST_OF_A_SHARD)) this.#held.delete(keyOf(old));
  }

  /** Forgets all copies but those of these plans and steps. */
  keepOnly(wanted: readonly Omit<CopyPlace, 'shard'>[]): void {
    for (const [key, { place }] of this.#held) {
      if (!wanted.some(({ plan, step }) => plan === place.plan && step === place.step))
        this.#held.delete(key);
    }
  }

  clear(): void {
    this.#held.clear();
  }
}

const keyOf = ({ plan, step, shard }: CopyPlace) => `${plan} ${step} ${shard}`;
