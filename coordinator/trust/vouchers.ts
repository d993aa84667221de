import type { PeerId } from '../../core/protocol/plan.js';

/** Who vouched for whom: what is known to be right on an inspector's word alone, until it is found out. */
export class Vouchers {
  /** By inspector, and then by the peer that it vouched for: the last step up to which that was known to be right before. */
  readonly #before = new Map<PeerId, Map<PeerId, number>>();

  /** `right`: the last step up to which the peer had been known to be right so far. */
  vouched(inspector: PeerId, peer: PeerId, right: number): void {
    const own = this.#before.get(inspector) ?? new Map<PeerId, number>();
    this.#before.set(inspector, own);
    if (!own.has(peer)) own.set(peer, right);
  }

  /** By peer, what is known to be right without this inspector; nothing is known by its word from now on. */
  without(inspector: PeerId): ReadonlyMap<PeerId, number> {
    const own = this.#before.get(inspector) ?? new Map<PeerId, number>();
    this.#before.delete(inspector);
    return own;
  }
}
