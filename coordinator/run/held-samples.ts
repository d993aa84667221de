import type { PeerId } from '../../core/protocol/plan.js';
import type { RunMessage } from '../room/conductor.js';

type Probes = Extract<RunMessage, { type: 'epoch' }>['probes'];

/** Steps between which samples are of use: of those up to `answering` the shard's own peer has told, and nobody goes beyond `until`. */
interface Useful {
  readonly answering: number;
  readonly until: number;
}

/** What shadows' probes saw, until the peer that answers for the shard has told of the same steps. */
export class HeldSamples {
  /** Oldest first; `last` is the step of the last sample. */
  readonly #held = new Map<PeerId, { readonly last: number; readonly probes: Probes }[]>();

  /** Samples of no use, and of steps that the shadow has told of, are let go: so there are never more of them than useful steps. */
  hold(shadow: PeerId, probes: Probes, { answering, until }: Useful): void {
    const held = (this.#held.get(shadow) ?? []).filter(({ last }) => last > answering);
    const known = held.at(-1)?.last ?? 0;
    const last = Math.max(...probes.map(({ first, values }) => first + values.length - 1));
    const isNews = probes.every(({ first }) => first > known);
    if (isNews && last > answering && last <= until) held.push({ last, probes });
    this.#held.set(shadow, held);
  }

  /** The shadow answers for the shard now, or is one no more: what it saw is given out. */
  release(shadow: PeerId): Probes[] {
    const held = this.#held.get(shadow) ?? [];
    this.#held.delete(shadow);
    return held.map(({ probes }) => probes);
  }

  clear(): void {
    this.#held.clear();
  }
}
