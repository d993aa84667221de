import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';

/** The peers of a room as one run sees them: who is there, and who wants to go. */
export class Crew {
  readonly #members: () => readonly Member[];
  readonly #mayCompute: (peer: PeerId) => boolean;
  readonly #leaving = new Set<PeerId>();

  /** `mayCompute`: whether a peer that is there may be given a shard at all. */
  constructor(members: () => readonly Member[], mayCompute: (peer: PeerId) => boolean = () => true) {
    this.#members = members;
    this.#mayCompute = mayCompute;
  }

  get leavers(): readonly PeerId[] {
    return [...this.#leaving];
  }

  isLeaving(peer: PeerId): boolean {
    return this.#leaving.has(peer);
  }

  leaves(peer: PeerId): void {
    this.#leaving.add(peer);
  }

  lost(peer: PeerId): void {
    this.#leaving.delete(peer);
  }

  /** Whether a peer that is there may be given anything at all. */
  mayCompute(peer: PeerId): boolean {
    return this.#mayCompute(peer);
  }

  member(peer: PeerId): Member | undefined {
    return this.#members().find(({ id }) => id === peer);
  }

  /** Those of `peers` that are there. */
  of(peers: readonly PeerId[]): readonly Member[] {
    const wanted = new Set(peers);
    return this.#members().filter(({ id }) => wanted.has(id));
  }

  tell(peers: readonly PeerId[], message: ToPeer): void {
    for (const member of this.of(peers)) member.send(message);
  }

  /** Who may be given a shard: whoever stays, may compute, and is not left out. */
  candidates(isLeftOut: (peer: PeerId) => boolean): readonly Member[] {
    return this.#members().filter(
      ({ id }) => !this.#leaving.has(id) && this.#mayCompute(id) && !isLeftOut(id),
    );
  }
}
