import { ProtocolError } from '../errors.js';
import type { Owed } from '../protocol/messages.js';
import type { CheckpointName } from '../protocol/seal.js';

/** Puts what has been read to the store. */
type Store = () => void;

/** What a shadow has read for the store and does not put there: as long as its shard's peer lives, that is the peer's to do. */
export class HeldBack {
  /** Oldest first. */
  readonly #snapshots = new Map<number, Store>();
  #checkpoint: { readonly name: CheckpointName; readonly store: Store } | undefined;
  #forgottenThrough = -1;

  /** `late`: the peer may be as late as that step, and have `most` older snapshots on their way. */
  snapshot(
    step: number,
    store: Store,
    { late, most }: { readonly late: number; readonly most: number },
  ): void {
    this.#snapshots.set(step, store);
    const older = [...this.#snapshots.keys()].filter((held) => held < late);
    for (const held of older.slice(0, Math.max(0, older.length - most))) {
      this.#snapshots.delete(held);
      this.#forgottenThrough = held;
    }
  }

  /** Of the one before nothing is owed any more. */
  checkpoint(name: CheckpointName, store: Store): void {
    this.#checkpoint = { name, store };
  }

  /**
   * Stores what is owed and has been read; the rest is read in its turn. Throws ProtocolError where it was held for too long, and is
   * not here any more.
   */
  release({ snapshots, checkpoint }: Owed): void {
    const lost = snapshots.find((step) => step <= this.#forgottenThrough);
    if (lost !== undefined) throw new ProtocolError(`the snapshot of step ${lost} is not held any more`);
    for (const step of snapshots) this.#snapshots.get(step)?.();
    if (this.#checkpoint?.name === checkpoint) this.#checkpoint?.store();
    this.#snapshots.clear();
    this.#checkpoint = undefined;
  }
}
