import { randomInt } from 'node:crypto';
import { type Party, Reputation } from '../../core/trust/reputation/reputation.js';
import type { Finding } from '../../core/trust/reputation/standing.js';

/**
 * What is done beside an inspection, so that nobody can be lazy there. `again`: the coordinator computes the span too, however the
 * inspector answers. `altered`: so it does, and the inspector is given other cells, of which something else comes than was signed.
 */
export type Precaution = 'none' | 'again' | 'altered';

export interface Shares {
  /** Of all inspections, for each of the two precautions. */
  readonly known: number;
  /** The same of peers whose inspections have not been found right a few times. */
  readonly newcomer: number;
}

const USUAL_SHARES: Shares = { known: 1 / 20, newcomer: 1 / 8 };

const DRAWN_FROM = 2 ** 32;

/** Keeps inspectors honest: draws, unpredictably, whose inspections are looked at, and remembers what was found. */
export class Supervisor {
  readonly #shares: Shares;
  /** Of inspections alone: who computes truly may still be lazy about others. */
  readonly #reputation = new Reputation();

  constructor(shares: Shares = USUAL_SHARES) {
    this.#shares = shares;
  }

  draw(party: Party): Precaution {
    const { known, newcomer } = this.#shares;
    const share = Math.max(known, newcomer * this.#reputation.chanceOfCheck(party));
    const drawn = randomInt(DRAWN_FROM) / DRAWN_FROM;
    if (drawn < share) return 'again';
    return drawn < 2 * share ? 'altered' : 'none';
  }

  /** An inspection was looked at. */
  record(party: Party, finding: Finding): void {
    this.#reputation.record(party, finding);
  }
}
