/**
 * What is known of a key, or of all keys of an owner, from checks. `good` counts those in a row that were, since the last that was not.
 * Nothing ends a quarantine but a person.
 */
export type Standing =
  | { readonly kind: 'trusted so far'; readonly good: number }
  | { readonly kind: 'quarantined' };

/** `bad`: wrong, and nobody knows whose fault it was. `lied`: it was found out to be this key's. */
export type Finding = 'good' | 'bad' | 'lied';

export const UNKNOWN: Standing = { kind: 'trusted so far', good: 0 };

export function afterFinding(standing: Standing, finding: Finding): Standing {
  if (standing.kind === 'quarantined') return standing;
  switch (finding) {
    case 'good':
      return { kind: 'trusted so far', good: standing.good + 1 };
    case 'bad':
      return UNKNOWN;
    case 'lied':
      return { kind: 'quarantined' };
  }
}

/** Good checks in a row until which a key is a newcomer, and checked in every epoch. */
export const NEWCOMER_CHECKS = 10;

/** The part of epochs that is checked, however long nothing was found. */
export const FLOOR = 1 / 100;

/**
 * How likely an epoch of a shard is checked: always while key or owner are newcomers, after n good checks with max(floor, 1/n). The
 * less trusted of the two counts: an owner's new key is a newcomer, and one bad key of an owner makes the others new.
 */
export function chanceOfCheck(key: Standing, owner: Standing, floor = FLOOR): number {
  return Math.max(chanceFor(key, floor), chanceFor(owner, floor));
}

function chanceFor(standing: Standing, floor: number): number {
  if (standing.kind === 'quarantined' || standing.good < NEWCOMER_CHECKS) return 1;
  return Math.max(floor, 1 / standing.good);
}
