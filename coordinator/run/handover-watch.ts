import { stateArrays } from '../../core/job/states.js';
import type { Course } from './course.js';
import { waitingFor } from './handover.js';
import type { JobParts } from './job-parts.js';

/** A plan that has not begun after so long is told of, and again each time it has taken twice as long. */
const TELL_AFTER_MS = 5_000;

/** Tells what a plan waits for that takes long to begin: shards that change hands may take minutes over slow uplinks. */
export class HandoverWatch {
  readonly #run: JobParts;
  #watched: { readonly course: Course; readonly since: number; tellAt: number } | undefined;

  constructor(run: JobParts) {
    this.#run = run;
  }

  /** `now` in milliseconds of any clock. */
  look(course: Course, now = Date.now()): void {
    if (this.#watched?.course !== course) this.#watched = { course, since: now, tellAt: now + TELL_AFTER_MS };
    const { since, tellAt } = this.#watched;
    if (course.allReady || now < tellAt) return;
    this.#watched.tellAt = now + (now - since);
    const { id, job, plans, tools } = this.#run;
    const { plan } = course;
    const bytesOfCell = stateArrays(job).length * Float32Array.BYTES_PER_ELEMENT;
    const { peers, megabytes, largest } = waitingFor(plan, bytesOfCell, {
      isReady: (peer) => course.isReady(peer),
      stepBefore: (peer) => plans.stepBefore(plan.id, peer),
    });
    const took = Math.round((now - since) / 1000);
    tools.log('plan-waits', { job: id, plan: plan.id, seconds: took, peers, megabytes, for: largest });
  }
}
