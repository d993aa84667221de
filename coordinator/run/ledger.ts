import type { PeerId } from '../../core/protocol/plan.js';

/**
 * Which peers still owe the store which snapshots. A checkpoint may be sealed, and a job be done, only when
 * nothing at or before its step is owed: then a run that goes back to it finds every earlier snapshot complete.
 */
export class Ledger {
  readonly #owed = new Map<number, Set<PeerId>>();

  owe(step: number, peers: Iterable<PeerId>): void {
    this.#owed.set(step, new Set(peers));
  }

  paid(step: number, peer: PeerId): void {
    const peers = this.#owed.get(step);
    peers?.delete(peer);
    if (peers?.size === 0) this.#owed.delete(step);
  }

  settledThrough(step: number): boolean {
    return [...this.#owed.keys()].every((owed) => owed > step);
  }

  /** Whether a peer owes snapshots: those of `step`, or any where none is named. */
  owes(peer: PeerId, step?: number): boolean {
    if (step !== undefined) return this.#owed.get(step)?.has(peer) === true;
    return [...this.#owed.values()].some((peers) => peers.has(peer));
  }

  /** Steps of the snapshots that a peer owes. */
  owedBy(peer: PeerId): number[] {
    return [...this.#owed].filter(([, peers]) => peers.has(peer)).map(([step]) => step);
  }

  /** What a peer owes another one owes from now on. */
  handOn(peer: PeerId, heir: PeerId): void {
    for (const peers of this.#owed.values()) if (peers.delete(peer)) peers.add(heir);
  }

  /** The run goes back to a sealed step, or the start: all before it is paid, all after it will be made again. */
  clear(): void {
    this.#owed.clear();
  }
}
