import { EPOCHS_AHEAD } from '../../core/plan/epochs-ahead.js';
import { holdersIn, isShadow, planWithout } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';

/** One plan under way: who has loaded, how far each shard and each shadow has come, how far they may go. */
export class Course {
  #plan: Plan;
  readonly #ready = new Set<PeerId>();
  readonly #steps: Map<PeerId, number>;
  #until: number;
  #pausedAt: number | undefined;
  #hasHeirs = false;
  readonly #epochsAhead: number;

  /** `epochsAhead`: as the plan was predicted. Shadows keep what was sent of the fewest, and no more. */
  constructor(plan: Plan, epochsAhead = EPOCHS_AHEAD) {
    this.#plan = plan;
    this.#epochsAhead = plan.shadows ? EPOCHS_AHEAD : epochsAhead;
    this.#steps = new Map(holdersIn(plan).map(({ peer }) => [peer, plan.from]));
    this.#until = plan.from;
  }

  /** As it stands: shadows take over. */
  get plan(): Plan {
    return this.#plan;
  }

  /** Those who answer for a shard. */
  get peers(): readonly PeerId[] {
    return this.plan.shards.map(({ peer }) => peer);
  }

  /** All who compute. */
  get holders(): readonly PeerId[] {
    return [...this.#steps.keys()];
  }

  /**
   * Whether peers are to keep copies: shadows are better ones, where each shard has one. Once a shadow has taken over, peers no longer agree on
   * whose buddy is whose.
   */
  get wantsCopies(): boolean {
    const { shards, shadows = [] } = this.#plan;
    return !this.#hasHeirs && shadows.length < shards.length;
  }

  /** Step that peers may advance to: an epoch's end or the job's. */
  get until(): number {
    return this.#until;
  }

  /** Step beyond which nobody goes: a checkpoint there lets those go whom nobody can take over from. */
  get pausedAt(): number | undefined {
    return this.#pausedAt;
  }

  /** Steps that a peer's shard has made; undefined where it has none. */
  stepOf(peer: PeerId): number | undefined {
    return this.#steps.get(peer);
  }

  /** Whoever may go on. */
  get free(): readonly PeerId[] {
    return this.holders.filter((peer) => (this.#steps.get(peer) ?? 0) < this.#until);
  }

  /** Whether each has made an epoch. */
  get isMeasured(): boolean {
    return this.slowest > this.plan.from;
  }

  /** Steps that every shard has made, and every shadow: what was sent of a shard before can be sent again by its shadow. */
  get slowest(): number {
    return Math.min(...this.#steps.values());
  }

  /** Whether a peer has loaded. */
  isReady(peer: PeerId): boolean {
    return this.#ready.has(peer);
  }

  get allReady(): boolean {
    return this.#ready.size === this.#steps.size;
  }

  /** Whether the run needs this peer now: for its shard, or for what it still hands over. */
  needs(peer: PeerId): boolean {
    const { source } = this.plan;
    const handsOver =
      'shards' in source && !this.allReady && source.shards.some((shard) => shard.peer === peer);
    return handsOver || this.#steps.has(peer);
  }

  /** A peer holds nothing of the plan any more. @throws RangeError where the plan cannot do without it. */
  retire(peer: PeerId): void {
    const plan = planWithout(this.#plan, peer);
    if (!plan) throw new RangeError(`plan ${this.#plan.id} cannot do without ${peer}`);
    this.#hasHeirs ||= !isShadow(this.#plan, peer);
    this.#plan = plan;
    this.#steps.delete(peer);
    this.#ready.delete(peer);
  }

  ready(peer: PeerId): void {
    if (this.#steps.has(peer)) this.#ready.add(peer);
  }

  report(peer: PeerId, step: number): void {
    const before = this.#steps.get(peer);
    if (before !== undefined && step <= this.#until) this.#steps.set(peer, Math.max(before, step));
  }

  /** Lets peers go on as far as the slowest allows. True where that is farther than before. */
  extend(steps: number): boolean {
    if (this.#pausedAt !== undefined) return false;
    const { from, epoch } = this.plan;
    const epochs = Math.floor((this.slowest - from) / epoch) + this.#epochsAhead;
    return this.#extendTo(Math.min(steps, from + epochs * epoch));
  }

  /** Lets peers make one epoch more than they may now, as far as the job has one, and no more until `resume`. */
  pauseAfterEpoch(steps: number): void {
    this.#extendTo(Math.min(steps, this.#until + this.plan.epoch));
    this.#pausedAt = this.#until;
  }

  resume(): void {
    this.#pausedAt = undefined;
  }

  #extendTo(until: number): boolean {
    if (until <= this.#until) return false;
    this.#until = until;
    return true;
  }
}
