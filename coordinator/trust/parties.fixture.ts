import type { Version } from '../store/store.js';
import { Archive } from './archive.js';
import { Parties } from './parties.js';

/** Each room is new, and nothing outlives it. */
const forgetful = {
  getVersioned: async () => undefined,
  create: async () => true,
  replace: async (_key: string, _bytes: Uint8Array, version: Version) => version,
};

/** A room that has met nobody yet. `ownKeys`: of peers that the coordinator's own user runs. */
export function newParties(room: string, ownKeys: readonly string[] = []): Parties {
  const archive = new Archive({ store: forgetful, room, term: 1, log: () => {} });
  return new Parties(room, archive, new Set(ownKeys));
}
