import { cellCount } from '../../core/grid/box.js';
import type { PageState } from './state.js';

const KEY = 'groundswell.cell-updates';

/** Counts the cell updates that a device has made, over all its visits. */
export class Tally {
  readonly #storage: Storage | undefined;
  #last: PageState | undefined;
  #updates: number;

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
    this.#updates = kept(storage);
  }

  /** Cells times components times steps. */
  get updates(): number {
    return this.#updates;
  }

  /** Takes down what was computed since the last state of the same work. */
  count(state: PageState): void {
    this.#updates += updatesSince(this.#last, state);
    this.#last = state;
  }

  /** So that the next visit goes on from here. */
  keep(): void {
    try {
      this.#storage?.setItem(KEY, String(this.#updates));
    } catch {
      // A browser that keeps nothing counts each visit alone.
    }
  }
}

function updatesSince(before: PageState | undefined, now: PageState): number {
  switch (now.kind) {
    case 'computing': {
      const box = now.plan.shards[now.shard]?.box;
      if (before?.kind !== 'computing' || before.plan.id !== now.plan.id || !box) return 0;
      return Math.max(0, now.step - before.step) * cellCount(box) * now.job.components.length;
    }
    case 'members': {
      // Each part in a sweep counts from nothing.
      const counted = before?.kind === 'members' && before.done <= now.done ? before.updates : 0;
      return Math.max(0, now.updates - counted);
    }
    default:
      return 0;
  }
}

function kept(storage: Storage | undefined): number {
  try {
    const updates = Number(storage?.getItem(KEY));
    return Number.isFinite(updates) && updates > 0 ? updates : 0;
  } catch {
    return 0;
  }
}
