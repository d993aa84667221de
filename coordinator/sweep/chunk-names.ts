import type { PeerId } from '../../core/protocol/plan.js';

/** Which bytes a chunk is to have, and who said so first. */
interface Named {
  readonly by: PeerId;
  /** Base64. */
  readonly sha256: string;
}

/** Where an object that a peer names goes. */
export type Place =
  | { readonly kind: 'chunk' }
  /** The chunk is to have other bytes: these are taken, so that nobody waits, and do not become a part of the result. */
  | { readonly kind: 'aside' }
  /** The same peer has named other bytes for it before. */
  | { readonly kind: 'refused' };

/** By chunk, the bytes that one peer named for it, base64, and whether they are those that it is to have. */
type Making = Map<string, { readonly sha256: string; readonly isTaken: boolean }>;

/**
 * The bytes that chunks of members are to have. Addresses are for named bytes alone, and for one chunk only those are taken that
 * its holder named first: what has been looked at is not replaced. What other holders name of it is kept, to be looked at.
 */
export class ChunkNames {
  /** By member, by key. */
  readonly #named = new Map<number, Map<string, Named>>();
  /** By member, what each of its holders has named of it. */
  readonly #makings = new Map<number, Map<PeerId, Making>>();

  /** `isHolder`: whether the peer has been given the member, and is not done with it; whatever else it names is nobody's business. */
  name(
    { member, key, sha256 }: { readonly member: number; readonly key: string; readonly sha256: string },
    by: PeerId,
    isHolder: boolean,
  ): Place {
    if (!isHolder) return { kind: 'aside' };
    const making = this.#ofHolder(member, by);
    const before = making.get(key);
    if (before && before.sha256 !== sha256) return { kind: 'refused' };
    const chunks = this.#named.get(member) ?? new Map<string, Named>();
    this.#named.set(member, chunks);
    const named = chunks.get(key) ?? { by, sha256 };
    chunks.set(key, named);
    const isTaken = named.sha256 === sha256;
    making.set(key, { sha256, isTaken });
    return { kind: isTaken ? 'chunk' : 'aside' };
  }

  /** How many chunks of a member the peer has named since it was given out last. */
  count(member: number, peer: PeerId): number {
    return this.#makingOf(member, peer)?.size ?? 0;
  }

  /** Whether something of what the peer made of a member is not what others said that it is. */
  isContradicted(member: number, peer: PeerId): boolean {
    return [...(this.#makingOf(member, peer)?.values() ?? [])].some(({ isTaken }) => !isTaken);
  }

  /** Whether what the peer named for a chunk is what that is to have. */
  isTaken(member: number, key: string, peer: PeerId): boolean {
    return this.#makingOf(member, peer)?.get(key)?.isTaken ?? false;
  }

  /** Whose word the bytes of a member's chunks are. */
  bindersOf(member: number): ReadonlySet<PeerId> {
    return new Set([...(this.#named.get(member)?.values() ?? [])].map(({ by }) => by));
  }

  /** Members are to be computed again, from nothing. */
  forget(members: Iterable<number>): void {
    for (const member of members) {
      this.#named.delete(member);
      this.#makings.delete(member);
    }
  }

  /** What a peer named for members that it held, and will not finish, binds nobody, unless others who hold them named the same. */
  lost(peer: PeerId, held: Iterable<number>): void {
    for (const member of held) {
      this.#makings.get(member)?.delete(peer);
      for (const [key, { by }] of this.#named.get(member) ?? []) if (by === peer) this.#bequeath(member, key);
    }
  }

  /** What has been named for a chunk is the word of another who has brought the same; where nobody has, it is free. */
  #bequeath(member: number, key: string): void {
    const chunks = this.#named.get(member);
    const named = chunks?.get(key);
    const heir = [...(this.#makings.get(member) ?? [])].find(([, making]) => making.get(key)?.isTaken);
    if (named && heir) chunks?.set(key, { ...named, by: heir[0] });
    else chunks?.delete(key);
  }

  #makingOf(member: number, peer: PeerId): Making | undefined {
    return this.#makings.get(member)?.get(peer);
  }

  #ofHolder(member: number, peer: PeerId): Making {
    const makings = this.#makings.get(member) ?? new Map<PeerId, Making>();
    this.#makings.set(member, makings);
    const making: Making = makings.get(peer) ?? new Map();
    makings.set(peer, making);
    return making;
  }
}
