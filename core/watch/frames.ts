import type { SliceMessage } from './messages.js';
import { type Samples, sampleCount } from './view.js';

/** A whole plane or volume at one step, in the slices that it came in. */
export interface Frame {
  readonly plan: number;
  readonly step: number;
  readonly slices: readonly SliceMessage[];
}

/** Steps of which some slices are still under way; a shard is no farther ahead of another than this. */
const MOST_PARTIAL = 32;

/** Puts slices together. A step is whole once it has as many samples as are to be seen; those before it are of no use then. */
export class Frames {
  readonly #samples: number;
  #plan = 0;
  #newest = -1;
  readonly #partial = new Map<number, SliceMessage[]>();

  constructor(whole: Pick<Samples, 'layers' | 'rows' | 'columns'>) {
    this.#samples = sampleCount(whole);
  }

  /** The frame that a slice completes, if it does. A slice of a later plan begins anew: the run may have gone back. */
  add(slice: SliceMessage): Frame | undefined {
    const { plan, step } = slice;
    if (plan < this.#plan || (plan === this.#plan && step <= this.#newest)) return undefined;
    if (plan > this.#plan) {
      this.#plan = plan;
      this.#newest = -1;
      this.#partial.clear();
    }
    const slices = [...(this.#partial.get(step) ?? []).filter((other) => !samePlace(other, slice)), slice];
    this.#partial.set(step, slices);
    const present = slices.reduce((sum, { samples }) => sum + sampleCount(samples), 0);
    if (present < this.#samples) {
      this.#forgetOldest();
      return undefined;
    }
    this.#newest = step;
    for (const other of [...this.#partial.keys()]) if (other <= step) this.#partial.delete(other);
    return { plan, step, slices };
  }

  #forgetOldest(): void {
    if (this.#partial.size <= MOST_PARTIAL) return;
    this.#partial.delete(Math.min(...this.#partial.keys()));
  }
}

const samePlace = ({ samples: a }: SliceMessage, { samples: b }: SliceMessage) =>
  a.layer === b.layer && a.row === b.row && a.column === b.column;
