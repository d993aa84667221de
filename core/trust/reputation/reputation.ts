import { z } from 'zod';
import { afterFinding, chanceOfCheck, type Finding, type Standing, UNKNOWN } from './standing.js';

/** Keys and owners whose good checks are remembered, beside all that were quarantined: those that were checked last. */
const REMEMBERED = 4096;

const standingsSchema = z.array(
  z.union([
    z.tuple([z.string().max(256), z.number().int().min(0)]),
    z.tuple([z.string().max(256), z.literal('quarantined')]),
  ]),
);

/** Of keys and of owners: good checks in a row, or that it is quarantined. */
export const reputationSchema = z.strictObject({ keys: standingsSchema, owners: standingsSchema });
export type ExportedReputation = z.infer<typeof reputationSchema>;

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

  /** An earlier reputation, as `export` gave it. */
  static from({ keys, owners }: ExportedReputation): Reputation {
    const reputation = new Reputation();
    for (const [key, standing] of keys) reputation.#keys.set(key, standingOf(standing));
    for (const [owner, standing] of owners) reputation.#owners.set(owner, standingOf(standing));
    return reputation;
  }

  record({ key, owner }: Party, finding: Finding): void {
    renew(this.#keys, key, afterFinding(this.standing(key), finding));
    const before = this.#owners.get(owner) ?? UNKNOWN;
    renew(this.#owners, owner, afterFinding(before, finding === 'lied' ? 'bad' : finding));
  }

  export(): ExportedReputation {
    return { keys: exported(this.#keys), owners: exported(this.#owners) };
  }

  standing(key: string): Standing {
    return this.#keys.get(key) ?? UNKNOWN;
  }

  chanceOfCheck({ key, owner }: Party): number {
    return chanceOfCheck(this.standing(key), this.#owners.get(owner) ?? UNKNOWN, this.floor);
  }
}

/** Those that were checked last come last. */
function renew(standings: Map<string, Standing>, name: string, standing: Standing): void {
  standings.delete(name);
  standings.set(name, standing);
}

const standingOf = (told: number | 'quarantined'): Standing =>
  told === 'quarantined' ? { kind: 'quarantined' } : { kind: 'trusted so far', good: told };

function exported(standings: ReadonlyMap<string, Standing>): ExportedReputation['keys'] {
  const quarantined = [...standings].filter(([, { kind }]) => kind === 'quarantined');
  const others = [...standings].flatMap(([name, standing]): [string, number][] =>
    standing.kind === 'quarantined' ? [] : [[name, standing.good]],
  );
  return [
    ...quarantined.map(([name]): [string, 'quarantined'] => [name, 'quarantined']),
    ...others.slice(-REMEMBERED),
  ];
}
