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
  /** The chunk is to have other bytes: these are taken, so that nobody waits, and are of no use. */
  | { readonly kind: 'aside' }
  /** The same peer has named other bytes for it before. */
  | { readonly kind: 'refused' };

/**
 * The bytes that chunks of members are to have. Addresses are for named bytes alone, and for one chunk only those are taken that
 * its holder named first: what has been looked at is not replaced.
 */
export class ChunkNames {
  /** By member, by key. */
  readonly #named = new Map<number, Map<string, Named>>();
  /** By member, what each peer has named of it: how it is, or something else. */
  readonly #parts = new Map<number, Map<PeerId, { readonly chunks: Set<string>; isContradicted: boolean }>>();

  /** `isHolder`: whether the peer has been given the member, and is not done with it; whatever else it names is nobody's business. */
  name(
    { member, key, sha256 }: { readonly member: number; readonly key: string; readonly sha256: string },
    by: PeerId,
    isHolder: boolean,
  ): Place {
    if (!isHolder) return { kind: 'aside' };
    const chunks = this.#named.get(member) ?? new Map<string, Named>();
    this.#named.set(member, chunks);
    const named = chunks.get(key) ?? { by, sha256 };
    chunks.set(key, named);
    const part = this.#partOf(member, by);
    if (named.sha256 === sha256) {
      part.chunks.add(key);
      return { kind: 'chunk' };
    }
    if (named.by === by) return { kind: 'refused' };
    part.isContradicted = true;
    return { kind: 'aside' };
  }

  /** How many chunks of a member the peer has brought that are what they are to be. */
  count(member: number, peer: PeerId): number {
    return this.#parts.get(member)?.get(peer)?.chunks.size ?? 0;
  }

  /** Whether something of what the peer made of a member is not what others said that it is. */
  isContradicted(member: number, peer: PeerId): boolean {
    return this.#parts.get(member)?.get(peer)?.isContradicted ?? false;
  }

  /** Whose word the bytes of a member's chunks are. */
  bindersOf(member: number): ReadonlySet<PeerId> {
    return new Set([...(this.#named.get(member)?.values() ?? [])].map(({ by }) => by));
  }

  /** Members are to be computed again, from nothing. */
  forget(members: Iterable<number>): void {
    for (const member of members) {
      this.#named.delete(member);
      this.#parts.delete(member);
    }
  }

  /** What a peer named for members that it held, and will not finish, binds nobody, unless others who hold them named the same. */
  lost(peer: PeerId, held: Iterable<number>): void {
    for (const member of held) {
      this.#parts.get(member)?.delete(peer);
      for (const [key, { by }] of this.#named.get(member) ?? []) if (by === peer) this.#bequeath(member, key);
    }
  }

  /** What has been named for a chunk is the word of another who has brought the same; where nobody has, it is free. */
  #bequeath(member: number, key: string): void {
    const chunks = this.#named.get(member);
    const named = chunks?.get(key);
    const heir = [...(this.#parts.get(member) ?? [])].find(([, part]) => part.chunks.has(key));
    if (named && heir) chunks?.set(key, { ...named, by: heir[0] });
    else chunks?.delete(key);
  }

  #partOf(member: number, peer: PeerId) {
    const parts = this.#parts.get(member) ?? new Map();
    this.#parts.set(member, parts);
    const part = parts.get(peer) ?? { chunks: new Set<string>(), isContradicted: false };
    parts.set(peer, part);
    return part;
  }
}
