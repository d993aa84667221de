import type { Store } from '../store/store.js';
import { type MembersOver, type RecordedMembers, readMembersOver, writeMembersOver } from './done-record.js';

/** Keeps the store's record of what is over: one is written at a time, and only where there is news. The first says that the sweep has begun. */
export class MembersRecord {
  readonly #store: Store;
  readonly #sweep: string;
  readonly #term: number;
  /** How many members were over as of the last record; undefined where there is none. */
  #count: number | undefined;
  #underWay: Promise<void> | undefined;

  constructor(store: Store, sweep: string, term: number) {
    this.#store = store;
    this.#sweep = sweep;
    this.#term = term;
  }

  /** What was over before. */
  async open(): Promise<RecordedMembers> {
    const over = await readMembersOver(this.#store, this.#sweep);
    if (over.hasBegun) this.#count = countOf(over);
    return over;
  }

  /** The record that is being written; undefined where none is. */
  get underWay(): Promise<void> | undefined {
    return this.#underWay;
  }

  /** Begins to write what is over; undefined where that is no news, or a record is being written. */
  write({ done, failed }: MembersOver): Promise<void> | undefined {
    const over = { done: new Set(done), failed: [...failed] };
    if (this.#underWay || countOf(over) === this.#count) return undefined;
    this.#underWay = writeMembersOver(this.#store, this.#sweep, this.#term, over)
      .then(() => {
        this.#count = countOf(over);
      })
      .finally(() => {
        this.#underWay = undefined;
      });
    return this.#underWay;
  }
}

const countOf = ({ done, failed }: MembersOver) => done.size + failed.length;
