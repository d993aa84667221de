import type { Box } from '../../core/grid/box.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';

/** Plans that a run has not gone back behind. A peer is heard on those it has a shard of. */
export class PlanBook {
  /** By id, oldest first. */
  readonly #plans = new Map<number, { readonly from: number; readonly shards: ReadonlyMap<PeerId, Box> }>();

  add({ id, from, shards }: Plan): void {
    this.#plans.set(id, { from, shards: new Map(shards.map(({ peer, box }) => [peer, box])) });
  }

  /** The peer's shard under a plan; undefined where it has none, or the plan is void. */
  shardOf(plan: number, peer: PeerId): Box | undefined {
    return this.#plans.get(plan)?.shards.get(peer);
  }

  /** Nothing more is heard on plans that others had taken over from before a sealed step. */
  forgetBefore(step: number): void {
    const plans = [...this.#plans];
    for (const [i, [id]] of plans.entries()) {
      const next = plans[i + 1];
      if (next && next[1].from < step) this.#plans.delete(id);
    }
  }

  /** The run goes back: all of them are void. */
  clear(): void {
    this.#plans.clear();
  }
}
