import type { Box } from '../../core/grid/box.js';
import { holdersIn, isShadow } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';

/** Plans that a run has not gone back behind. A peer is heard on those of which it computes a shard. */
export class PlanBook {
  /** By id, oldest first. */
  readonly #plans = new Map<number, Plan>();
  /** By plan and peer, steps that it says it has made. */
  readonly #steps = new Map<number, Map<PeerId, number>>();

  add(plan: Plan): void {
    this.#plans.set(plan.id, plan);
  }

  /** A plan goes on as this one: a shadow has taken over, or is gone. */
  replace(plan: Plan): void {
    if (this.#plans.has(plan.id)) this.#plans.set(plan.id, plan);
  }

  /** The shard that a peer computes under a plan; undefined where it computes none, or the plan is void. */
  shardOf(id: number, peer: PeerId): Box | undefined {
    const plan = this.#plans.get(id);
    const held = plan && holdersIn(plan).find((holder) => holder.peer === peer);
    return held && plan.shards[held.shard]?.box;
  }

  /** Whether another peer answers for what this one computes under a plan. */
  isShadow(id: number, peer: PeerId): boolean {
    const plan = this.#plans.get(id);
    return plan !== undefined && isShadow(plan, peer);
  }

  /** A peer has made so many steps under a plan. */
  reached(id: number, peer: PeerId, step: number): void {
    if (!this.#plans.has(id)) return;
    const steps = this.#steps.get(id) ?? new Map<PeerId, number>();
    this.#steps.set(id, steps.set(peer, step));
  }

  /** Steps that a peer has made under the plan before this one; undefined where none are known. */
  stepBefore(id: number, peer: PeerId): number | undefined {
    const ids = [...this.#plans.keys()];
    const before = ids[ids.indexOf(id) - 1];
    return before === undefined ? undefined : this.#steps.get(before)?.get(peer);
  }

  /** Nothing more is heard on plans that others had taken over from before a sealed step. */
  forgetBefore(step: number): void {
    const plans = [...this.#plans];
    for (const [i, [id]] of plans.entries()) {
      const next = plans[i + 1];
      if (next && next[1].from < step) this.#forget(id);
    }
  }

  /** The run goes back: all of them are void. */
  clear(): void {
    for (const id of [...this.#plans.keys()]) this.#forget(id);
  }

  #forget(id: number): void {
    this.#plans.delete(id);
    this.#steps.delete(id);
  }
}
