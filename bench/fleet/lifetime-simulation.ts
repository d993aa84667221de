import type { Candidate } from '../../core/plan/candidate.js';
import { costOf } from '../../core/plan/cost.js';
import { type Fleet, partOf } from '../../core/plan/fleet.js';
import { movingSeconds, worthMoving } from '../../core/plan/moving.js';
import { type PlanOptions, planFleet } from '../../core/plan/plan-fleet.js';
import type { Work } from '../../core/plan/work.js';
import { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

/** How peers come, go and are recovered from. Times in seconds. */
export interface Churn {
  /** How long a peer stays. */
  readonly session: (random: Random) => number;
  /** Part of those who go that say so first, and hand their shard on. */
  readonly goodbyes: number;
  /** Until a death is noticed. */
  readonly detection: number;
  /** Between two states that a run can go back to. */
  readonly keptEvery: number;
  /** Newcomers get no shard before they have stayed so long. */
  readonly probation: number;
  /** Between two looks at whether a better plan is worth the move. */
  readonly lookEvery: number;
}

export interface Lifetime {
  /** Part of the time whose steps were made and kept: the rest went into waiting for changes of hands, and into what was lost. */
  readonly progress: number;
  readonly plans: number;
  readonly deaths: number;
  /** Bytes a second that the coordinator sends with new plans: each peer gets each plan. */
  readonly planBytes: number;
}

/** Bytes of a shard in a plan, as JSON. */
const SHARD_BYTES = 90;

/**
 * A run's hours with peers that come and go, as many at any time. `fleet` holds all who ever come: the first `present` are there at the start,
 * each of the others takes the place of one that has gone. Between two changes a run goes at its predicted pace;
 * `simulateRun` says how true that is.
 */
export function simulateLifetime(
  work: Work,
  fleet: Fleet,
  present: number,
  seconds: number,
  churn: Churn,
  options: PlanOptions,
  random: Random,
): Lifetime {
  return new LifetimeSimulation(work, fleet, present, seconds, churn, options, random).run();
}

class LifetimeSimulation {
  readonly #queue = new EventQueue();
  /** Who is there, and since when. */
  readonly #here = new Map<number, number>();
  #next: number;
  #plan: Candidate | undefined;
  /** Of the peers of the fleet, in the order of the plan's shards. */
  #members: readonly number[] = [];
  /** Seconds whose steps are kept. */
  #kept = 0;
  /** The run stands still until then. */
  #idleUntil = 0;
  #countedTo = 0;
  #plans = 0;
  #deaths = 0;
  #planBytes = 0;

  constructor(
    readonly work: Work,
    readonly fleet: Fleet,
    readonly present: number,
    readonly seconds: number,
    readonly churn: Churn,
    readonly options: PlanOptions,
    readonly random: Random,
  ) {
    this.#next = present;
    // The first have been there for ages: they are the ones that stay.
    for (let peer = 0; peer < present; peer++) {
      this.#here.set(peer, -Infinity);
      this.#goesAfter(peer, stayOfOneMet(churn.session, random));
    }
    this.#follow(this.#trusted(), 0);
  }

  run(): Lifetime {
    this.#lookAgain();
    this.#queue.run(() => this.#queue.now >= this.seconds);
    this.#count();
    return {
      progress: this.#kept / this.#queue.now,
      plans: this.#plans,
      deaths: this.#deaths,
      planBytes: this.#planBytes / this.#queue.now,
    };
  }

  #trusted(): number[] {
    const since = this.#queue.now - this.churn.probation;
    const proven = [...this.#here].filter(([, came]) => came <= since).map(([peer]) => peer);
    return proven.length > 0 ? proven : [...this.#here.keys()];
  }

  #goesAfter(peer: number, seconds: number): void {
    this.#queue.plan(this.#queue.now + seconds, () => this.#gone(peer));
  }

  #gone(peer: number): void {
    const now = this.#queue.now;
    this.#count();
    this.#here.delete(peer);
    if (this.#next < this.fleet.peers.length) {
      this.#here.set(this.#next, now);
      this.#goesAfter(this.#next, this.churn.session(this.random));
      this.#next += 1;
    }
    if (!this.#members.includes(peer)) return;
    if (this.random.uniform() < this.churn.goodbyes)
      return this.#follow(this.#trusted(), this.#handOver(peer));
    this.#deaths += 1;
    this.#kept = Math.max(0, this.#kept - this.random.uniform() * this.churn.keptEvery);
    this.#follow(this.#trusted(), this.churn.detection);
  }

  /** Seconds that the run stands still while one peer's cells go to others. */
  #handOver(peer: number): number {
    const box = this.#plan?.shards[this.#members.indexOf(peer)];
    const other = this.#members.find((member) => member !== peer);
    if (!box || other === undefined) return this.churn.detection;
    return movingSeconds(this.fleet, [{ peer, box }], [{ peer: other, box }], this.work.bytesHeld);
  }

  #lookAgain(): void {
    this.#queue.plan(this.#queue.now + this.churn.lookEvery, () => {
      this.#count();
      const members = this.#trusted();
      const better = planFleet(this.work, partOf(this.fleet, members), this.options);
      if (better && this.#plan) {
        const after = better.members.map((place, i) => ({
          peer: members[place] as number,
          box: better.shards[i] as (typeof better.shards)[0],
        }));
        const plan = this.#plan;
        const before = plan.shards.map((box, i) => ({ peer: this.#members[i] as number, box }));
        const moving = movingSeconds(this.fleet, before, after, this.work.bytesHeld);
        const present = costOf(
          this.work,
          partOf(this.fleet, this.#members),
          plan.shards,
          plan.pace,
        ).secondsPerStep;
        const remainingSteps = (this.seconds - this.#queue.now) / present;
        const change = { present, better: better.cost.secondsPerStep, remainingSteps, moving, scatter: 0 };
        if (worthMoving(change)) this.#adopt(better, members, moving);
      }
      this.#lookAgain();
    });
  }

  #follow(peers: readonly number[], idle: number): void {
    const plan = planFleet(this.work, partOf(this.fleet, peers), this.options);
    if (plan) return this.#adopt(plan, peers, idle);
    this.#plan = undefined;
    this.#members = [];
  }

  #adopt(plan: Candidate, peers: readonly number[], idle: number): void {
    this.#plan = plan;
    this.#members = plan.members.map((place) => peers[place] as number);
    this.#idleUntil = Math.max(this.#idleUntil, this.#queue.now + idle);
    this.#plans += 1;
    this.#planBytes += plan.members.length * SHARD_BYTES * this.#here.size;
  }

  /** Adds the time of what has been computed since it was last counted. */
  #count(): void {
    const { now } = this.#queue;
    const from = Math.max(this.#countedTo, Math.min(this.#idleUntil, now));
    if (this.#plan) this.#kept += Math.max(0, now - from);
    this.#countedTo = now;
  }
}

/**
 * How long one that is met stays on: sessions are met in proportion to their length, anywhere in them. Of a few drawn, one is taken in
 * proportion to its length.
 */
function stayOfOneMet(session: Churn['session'], random: Random): number {
  const drawn = Array.from({ length: 64 }, () => session(random));
  let at = random.uniform() * drawn.reduce((sum, length) => sum + length, 0);
  const met = drawn.find((length) => {
    at -= length;
    return at <= 0;
  });
  return (met ?? 0) * random.uniform();
}
