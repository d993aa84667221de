import { cellCount } from '../../core/grid/box.js';
import type { ContributorStatus } from '../../core/peer/contributor.js';

const KEY = 'groundswell.cell-updates';

type Computing = Extract<ContributorStatus, { kind: 'computing' }>;

/** Counts the cell updates that a device has made, over all its visits. */
export class Tally {
  readonly #storage: Storage | undefined;
  #last: Computing | undefined;
  #updates: number;

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
    this.#updates = kept(storage);
  }

  /** Cells times components times steps. */
  get updates(): number {
    return this.#updates;
  }

  /** Takes down the steps since the last status of the same shard. */
  count(status: ContributorStatus): void {
    const before = this.#last;
    this.#last = status.kind === 'computing' ? status : undefined;
    if (status.kind !== 'computing' || before?.plan.id !== status.plan.id) return;
    const box = status.plan.shards[status.shard]?.box;
    const steps = Math.max(0, status.step - before.step);
    if (box) this.#updates += steps * cellCount(box) * status.job.components.length;
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

function kept(storage: Storage | undefined): number {
  try {
    const updates = Number(storage?.getItem(KEY));
    return Number.isFinite(updates) && updates > 0 ? updates : 0;
  } catch {
    return 0;
  }
}
