import type { Job } from '../../core/job/job.js';
import { copyBytes } from '../../core/peer/copy.js';
import { buddyOf } from '../../core/protocol/buddy.js';
import { MAX_COPY_BYTES } from '../../core/protocol/limits.js';
import type { CopyOrder } from '../../core/protocol/messages.js';
import type { PeerId, Plan, PlanShards } from '../../core/protocol/plan.js';
import type { RunMessage } from '../room/conductor.js';

/** So much of a run is lost with a peer, and the epochs in flight, where copies cost next to nothing. */
const SHORTEST_MS = 1_000;
/** Reading costs at most a twentieth of the time. What the way to a buddy costs is the peers' to hold down (`core/peer/giving-pace.ts`). */
const READING_TIMES = 20;
/** A copy that is not whole by then never will be, or not in time to be of use: a buddy has no link, or is gone. */
const OVERDUE_MS = 300_000;

/** Copies of all shards of a plan as of one step, as far as they are there. Times are milliseconds of one clock. */
interface Ordered {
  readonly order: CopyOrder;
  readonly plan: Plan;
  readonly begun: number;
  /** By shard, who holds it: the owner, and its buddy. */
  readonly holders: readonly Set<PeerId>[];
  readingMs: number;
}

/** A state that peers hold: each shard of an earlier plan, and one of those who have it. */
export interface HeldState {
  readonly step: number;
  readonly source: Extract<Plan['source'], { kind: 'copies' }>;
}

/**
 * The copies of shards that peers keep in memory, their own and one another's, so that a run goes back by seconds where one of them is
 * lost, and not to the newest checkpoint. How often depends on what they cost.
 */
export class Copies {
  readonly #job: Job;
  #next = 0;
  #underWay: Ordered | undefined;
  #whole: Ordered | undefined;

  constructor(job: Job) {
    this.#job = job;
  }

  /** Whether it is time for new copies of a plan's shards. Nobody keeps those of one peer alone, or of shards that are too large. */
  isDue({ id, shards }: Plan, now: number): boolean {
    if (shards.length < 2 || now < this.#next) return false;
    if (shards.some(({ box }) => copyBytes(this.#job, box) > MAX_COPY_BYTES)) return false;
    const underWay = this.#underWay;
    return underWay === undefined || underWay.plan.id !== id || now - underWay.begun > OVERDUE_MS;
  }

  begin(step: number, plan: Plan, now: number): void {
    const keeping = this.#whole && { plan: this.#whole.plan.id, step: this.#whole.order.step };
    this.#underWay = {
      order: { step, ...(keeping && { keeping }) },
      plan,
      begun: now,
      holders: plan.shards.map(() => new Set()),
      readingMs: 0,
    };
  }

  /** The copies of a plan's shards that are being made, if any are. */
  underWay(plan: number): CopyOrder | undefined {
    return this.#underWay?.plan.id === plan ? this.#underWay.order : undefined;
  }

  /** A peer says that it holds a copy. Of those that were given up it may say so still. */
  copied(peer: PeerId, { plan, step, shard, seconds }: Extract<RunMessage, { type: 'copied' }>): void {
    const underWay = this.#underWay;
    if (underWay?.plan.id !== plan || underWay.order.step !== step) return;
    const { shards } = underWay.plan;
    const owner = shards[shard]?.peer;
    const isBuddy = shards[buddyOf(shard, shards.length)]?.peer === peer;
    if (peer !== owner && !isBuddy) return;
    underWay.holders[shard]?.add(peer);
    underWay.readingMs = Math.max(underWay.readingMs, seconds * 1000);
    if (underWay.holders.some(({ size }) => size < 2)) return;
    this.#whole = underWay;
    this.#underWay = undefined;
    this.#next = underWay.begun + Math.max(SHORTEST_MS, READING_TIMES * underWay.readingMs);
  }

  /** The newest state that the peers of a room hold as a whole. */
  held(isThere: (peer: PeerId) => boolean): HeldState | undefined {
    if (!this.#whole) return undefined;
    const { order, plan, holders } = this.#whole;
    const shards: PlanShards[number][] = [];
    for (const [i, { box }] of plan.shards.entries()) {
      const peer = [...(holders[i]?.keys() ?? [])].find(isThere);
      if (peer === undefined) return undefined;
      shards.push({ peer, box });
    }
    return { step: order.step, source: { kind: 'copies', plan: plan.id, shards } };
  }

  /** Nobody holds copies any more, or they are of no use. */
  clear(): void {
    this.#underWay = undefined;
    this.#whole = undefined;
    this.#next = 0;
  }

  /** The run goes back: copies under way are never finished. */
  giveUp(): void {
    this.#underWay = undefined;
  }
}
