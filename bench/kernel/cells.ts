/**
 * The initial state and the digest of a result, cell for cell those of comparators/grid.h and comparators/comparator.py.
 * Values are multiples of 2⁻²⁴, so that no language rounds them. Cells are numbered in C order, the fixed shell left out.
 */

/** `noise`: normal numbers everywhere. `point`: 1 in the middle cell, else 0, so that fronts of subnormals run out from it. */
export type StartState = 'noise' | 'point';

/** k = (c·dt/dx)² of each cell, from 1/16 to 3/16: stable in three dimensions, where the limit is 1/3. */
export function coupling(cells: number): Float32Array {
  return filled(cells, 0, 11, 0.0625);
}

/** One level of one component, from −½ to ½. */
export function noise(cells: number, component: number, level: 'now' | 'before'): Float32Array {
  return filled(cells, 2 * component + (level === 'now' ? 1 : 2), 8, -0.5);
}

function filled(cells: number, stream: number, drop: number, offset: number): Float32Array {
  const values = new Float32Array(cells);
  for (let index = 0; index < cells; index += 1) {
    values[index] = (mix(spread(index) + stream) >>> drop) * 2 ** -24 + offset;
  }
  return values;
}

/** Of the cells of several arrays, given one after the other: equal where all bits are, and every cell counts by its place. */
export class Digest {
  #sum = 0;
  #index = 0;

  add(cells: Float32Array): void {
    const bits = new Uint32Array(cells.buffer, cells.byteOffset, cells.length);
    let sum = this.#sum;
    for (let cell = 0; cell < bits.length; cell += 1) {
      sum = (sum + mix((bits[cell] as number) + spread(this.#index + cell))) | 0;
    }
    this.#sum = sum;
    this.#index += bits.length;
  }

  /** From 0 to 2³² − 1. */
  get value(): number {
    return this.#sum >>> 0;
  }
}

function mix(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 15), 2246822519);
  h = Math.imul(h ^ (h >>> 13), 3266489917);
  return (h ^ (h >>> 16)) >>> 0;
}

function spread(index: number): number {
  return Math.imul(index, 2654435761) >>> 0;
}
