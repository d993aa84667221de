import { afterFinding, chanceOfCheck, type Finding, type Standing, UNKNOWN } from './standing.js';

/** Who stands behind a shard: a key, and whoever the key belongs to as far as the coordinator can tell. */
export interface Party {
  readonly key: string;
  readonly owner: string;
}

/**
 * Standings by key and by owner. A key is a newcomer the first time it is seen, so a crowd of new ones gains nothing; a quarantine of one key
 * leaves an owner's others as newcomers.
 */
export class Reputation {
  readonly #keys = new Map<string, Standing>();
  readonly #owners = new Map<string, Standing>();

  constructor(private readonly floor?: number) {}

  record({ key, owner }: Party, finding: Finding): void {
    this.#keys.set(key, afterFinding(this.standing(key), finding));
    const before = this.#owners.get(owner) ?? UNKNOWN;
    this.#owners.set(owner, afterFinding(before, finding === 'lied' ? 'bad' : finding));
  }

  standing(key: string): Standing {
    return this.#keys.get(key) ?? UNKNOWN;
  }

  chanceOfCheck({ key, owner }: Party): number {
    return chanceOfCheck(this.standing(key), this.#owners.get(owner) ?? UNKNOWN, this.floor);
  }
}
