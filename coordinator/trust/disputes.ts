import type { PeerId } from '../../core/protocol/plan.js';
import type { Twins } from './twins.js';

interface Dispute {
  readonly twins: Twins;
  /** Those of the two whose span was found to be right. */
  readonly held: Set<PeerId>;
}

/** Shards whose peer and shadow signed for different outcomes, while each of the two is checked. */
export class Disputes {
  #open: Dispute[] = [];

  /** Undefined of a peer that nobody differs from. */
  #of(peer: PeerId): Dispute | undefined {
    return this.#open.find(({ twins }) => twins.peer.peer === peer || twins.shadow.peer === peer);
  }

  concerns(peer: PeerId): boolean {
    return this.#of(peer) !== undefined;
  }

  /** What differs once does so from then on: false where it is being looked into already. */
  begin(twins: Twins): boolean {
    if (this.concerns(twins.peer.peer) || this.concerns(twins.shadow.peer)) return false;
    this.#open.push({ twins, held: new Set() });
    return true;
  }

  /** A peer's span was found to be right. Gives the two where both were: then they are of another class than who checks. */
  held(peer: PeerId): Twins | undefined {
    const dispute = this.#of(peer);
    return dispute && dispute.held.add(peer).size === 2 ? dispute.twins : undefined;
  }

  /** It is known who of the two is wrong. */
  settle(peer: PeerId): void {
    const settled = this.#of(peer);
    this.#open = this.#open.filter((dispute) => dispute !== settled);
  }

  clear(): void {
    this.#open = [];
  }
}
