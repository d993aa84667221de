import type { Job } from '../../core/job/job.js';
import type { PlanShards } from '../../core/protocol/plan.js';
import type { Course } from './course.js';
import type { Crew } from './crew.js';
import { shareOut } from './share-out.js';
import type { Troubles } from './troubles.js';

/** How a run may begin. */
export type Start =
  | { readonly kind: 'shards'; readonly shards: PlanShards }
  | { readonly kind: 'wait'; readonly reason: string };

/** How a run under way may go on with the peers that are there now. */
export type Change =
  /** The plan it has is the best there is, or is not yet one that can be handed on. */
  | { readonly kind: 'none' }
  | { readonly kind: 'shards'; readonly shards: PlanShards }
  /** Those who stay cannot hold the job. */
  | { readonly kind: 'too-few' };

/** Decides who computes what. */
export class Staffing {
  readonly #job: Job;
  readonly #crew: Crew;
  readonly #troubles: Troubles;

  constructor(job: Job, crew: Crew, troubles: Troubles) {
    this.#job = job;
    this.#crew = crew;
    this.#troubles = troubles;
  }

  /** A plan from a state in the store, for `atLeast` peers or more. */
  start(atLeast: number): Start {
    const fleet = this.#candidates();
    const missing = atLeast - fleet.length;
    if (missing > 0) {
      const { lastFailure } = this.#troubles;
      const failure = lastFailure === undefined ? '' : `; the last failure: ${lastFailure}`;
      const reason = `waits for ${missing} more ${missing === 1 ? 'peer' : 'peers'}${failure}`;
      return { kind: 'wait', reason };
    }
    const share = shareOut(this.#job, fleet);
    return share.kind === 'too-small' ? { kind: 'wait', reason: share.reason } : share;
  }

  change(course: Course): Change {
    if (!course.allReady || course.until >= this.#job.steps) return { kind: 'none' };
    const share = shareOut(this.#job, this.#candidates());
    if (share.kind === 'too-small') return { kind: 'too-few' };
    const isSame = JSON.stringify(share.shards) === JSON.stringify(course.plan.shards);
    return isSame ? { kind: 'none' } : share;
  }

  #candidates() {
    return this.#crew.candidates((peer) => this.#troubles.isBenched(peer));
  }
}
