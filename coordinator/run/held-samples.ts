import type { PeerId } from '../../core/protocol/plan.js';
import type { RunMessage } from '../room/conductor.js';

type EpochMessage = Extract<RunMessage, { type: 'epoch' }>;

/** What shadows' probes saw, until the peer that answers for the shard has told of the same steps. */
export class HeldSamples {
  readonly #held = new Map<PeerId, Pick<EpochMessage, 'step' | 'probes'>[]>();

  /** `answering`: the steps of which the shard's own peer has told. */
  hold(shadow: PeerId, { step, probes }: EpochMessage, answering: number): void {
    const held = (this.#held.get(shadow) ?? []).filter((each) => each.step >= answering);
    if (probes.length > 0) held.push({ step, probes });
    this.#held.set(shadow, held);
  }

  /** The shadow answers for the shard now, or is one no more: what it saw is given out. */
  release(shadow: PeerId): EpochMessage['probes'][] {
    const held = this.#held.get(shadow) ?? [];
    this.#held.delete(shadow);
    return held.map(({ probes }) => probes);
  }

  clear(): void {
    this.#held.clear();
  }
}
