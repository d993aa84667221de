import type { PeerId } from '../../core/protocol/plan.js';

/** Failures before a peer is left out: one may be chance (a lossy connect fails now and then), two are not. */
const MOST_STRIKES = 2;

/** Failures of peers and of pairs of peers during one job, and who is left out for them. */
export class Strikes {
  /** By peer, with whom it failed and how often; with itself: its device, its memory. */
  readonly #failures = new Map<PeerId, Map<PeerId, number>>();
  readonly #benched = new Set<PeerId>();

  isBenched(peer: PeerId): boolean {
    return this.#benched.has(peer);
  }

  /** A peer that failed by itself. Returns who is benched for it. */
  alone(peer: PeerId): PeerId | undefined {
    return this.#strike(peer, peer) < MOST_STRIKES ? undefined : this.bench(peer);
  }

  /**
   * Two peers that can't reach each other. One that has failed with several others is the cause; else the slower
   * one goes. Returns who is benched for it.
   */
  pair(slower: PeerId, faster: PeerId): PeerId | undefined {
    const strikes = this.#strike(slower, faster);
    this.#strike(faster, slower);
    const cause = [slower, faster].find((peer) => this.#partners(peer) >= MOST_STRIKES);
    if (cause !== undefined) return this.bench(cause);
    return strikes < MOST_STRIKES ? undefined : this.bench(slower);
  }

  /** The run has come farther: what failed before was chance. Who is benched stays so. */
  forgive(): void {
    this.#failures.clear();
  }

  /** A peer has gone: what others failed at with it was its going. */
  forget(peer: PeerId): void {
    this.#failures.delete(peer);
    for (const partners of this.#failures.values()) partners.delete(peer);
    this.#benched.delete(peer);
  }

  /** Leaves a peer out: its failures count against nobody else any more. Returns it. */
  bench(peer: PeerId): PeerId {
    this.forget(peer);
    this.#benched.add(peer);
    return peer;
  }

  #strike(peer: PeerId, other: PeerId): number {
    const partners = this.#failures.get(peer) ?? new Map<PeerId, number>();
    this.#failures.set(peer, partners);
    const strikes = (partners.get(other) ?? 0) + 1;
    partners.set(other, strikes);
    return strikes;
  }

  #partners(peer: PeerId): number {
    return [...(this.#failures.get(peer)?.keys() ?? [])].filter((other) => other !== peer).length;
  }
}
