import type { PeerId } from '../../core/protocol/plan.js';
import type { Known, Parties } from './parties.js';
import type { SignedPlans } from './signed-plans.js';

interface UnseenTools {
  readonly plans: Pick<SignedPlans, 'newest'>;
  readonly parties: Pick<Parties, 'of'>;
  /** Whether a peer is the coordinator's own, and not checked. */
  readonly believes: (known: Known | undefined) => boolean;
}

/** Peers whose shards nobody else computes again: too large to be shown, and without a shadow, or with one of their own owner. */
export class Unseen {
  readonly #tools: UnseenTools;
  #last: readonly PeerId[] = [];

  constructor(tools: UnseenTools) {
    this.#tools = tools;
  }

  /** Those of the newest plan. */
  get now(): readonly PeerId[] {
    const { plans, parties, believes } = this.#tools;
    const tells = (peer: PeerId, shadow: PeerId) =>
      believes(parties.of(peer)) || parties.of(peer)?.party.owner !== parties.of(shadow)?.party.owner;
    return plans.newest?.unseen(tells) ?? [];
  }

  /** Those of the newest plan that had any when it was noted, whatever became of it: what they did is in the result. */
  get last(): readonly PeerId[] {
    return this.#last;
  }

  /** Plans, or who has a part in them, have changed. */
  note(): void {
    const { now } = this;
    if (now.length > 0) this.#last = now;
  }
}
