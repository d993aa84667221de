import type { Departures } from './departures.js';
import type { JobParts } from './job-parts.js';
import type { Planning } from './planning.js';

/** Seals what is stored and vetted, and makes the job done when that is all of it. */
export class Completion {
  readonly #run: JobParts;
  readonly #planning: Planning;
  readonly #departures: Departures;

  constructor(run: JobParts, planning: Planning, departures: Departures) {
    this.#run = run;
    this.#planning = planning;
    this.#departures = departures;
  }

  /** More is in the store, or vetted. */
  progressed(): void {
    const { safe, life } = this.#run;
    const sealed = safe.seal();
    if (sealed) life.keep(sealed.then((at) => this.#sealed(at)));
    this.#departures.releaseFree();
    this.finishIfDone();
  }

  finishIfDone(): void {
    const { job, course, safe, vetting, life } = this.#run;
    const { steps } = job;
    if (course?.slowest !== steps || !safe.settledThrough(steps)) return;
    if (vetting?.isVettedThrough(steps) === false) return;
    vetting?.stands(steps);
    life.keep(this.finish());
  }

  /** Makes the result complete. Resolves when the store knows. */
  async finish(): Promise<void> {
    const { safe, tools, report, life } = this.#run;
    report.pause();
    life.enter({ kind: 'finishing' });
    // From here on nobody else makes another result of this job.
    await safe.sealEnd();
    await tools.result.finish(report);
    if (life.ended) return;
    life.leave({ state: 'done' });
    // The sealed end stays until the store knows that the job is done: whoever dies between leaves nothing to be made again.
    await safe.removeStates();
    await life.record({ state: 'done' });
    await safe.removeSeals();
  }

  #sealed(step: number): void {
    const { id, tools, troubles, vetting, plans, course, crew } = this.#run;
    tools.log('sealed', { job: id, step });
    troubles.sealed();
    vetting?.stands(step);
    // The roster shows what peers are credited with.
    tools.onChange();
    plans.forgetBefore(step);
    if (course?.pausedAt === step) {
      course.resume();
      // What they hold is safe; that they go sends the run back to where it is.
      this.#departures.releaseAll();
    } else if (crew.leavers.length > 0) this.#planning.reconsider();
  }
}
