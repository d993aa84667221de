import type { PeerId } from '../../core/protocol/plan.js';

/** Failures before a peer is left out: one may be chance (a lossy connect fails now and then), two are not. */
const MOST_STRIKES = 2;

/** Failures of peers and of pairs of peers during one job, and who is left out for them. */
export class Strikes {
  readonly #counts = new Map<string, number>();
  readonly #benched = new Set<PeerId>();

  isBenched(peer: PeerId): boolean {
    return this.#benched.has(peer);
  }

  /** A peer that failed by itself: its device, its memory. Returns who is benched for it. */
  alone(peer: PeerId): PeerId | undefined {
    return this.#strike(peer, peer);
  }

  /** Two peers that can't reach each other; the slower one goes. Returns who is benched for it. */
  pair(slower: PeerId, faster: PeerId): PeerId | undefined {
    return this.#strike([slower, faster].sort().join(' '), slower);
  }

  #strike(key: string, peer: PeerId): PeerId | undefined {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count < MOST_STRIKES) return undefined;
    this.#benched.add(peer);
    return peer;
  }
}
