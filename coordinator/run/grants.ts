import type { Course } from './course.js';
import type { JobParts } from './job-parts.js';

/** Says how far peers may go, and what they are to store, copy and sign there. */
export class Grants {
  readonly #run: JobParts;

  constructor(run: JobParts) {
    this.#run = run;
  }

  /** Grants more steps where the slowest shard allows. */
  extend(course: Course): void {
    const before = course.until;
    if (course.extend(this.#run.job.steps)) this.#grant(course, before);
  }

  /**
   * Nobody can take over what the leaving peers hold: one more epoch, a checkpoint at its end, and then they may
   * go. The job waits for others.
   */
  pauseForLeavers(course: Course): void {
    const { crew, safe, job } = this.#run;
    const needed = crew.leavers.some((peer) => course.needs(peer));
    // A checkpoint under way comes first; its seal brings us here again.
    if (!needed || course.pausedAt !== undefined || safe.isStoring) return;
    const before = course.until;
    course.pauseAfterEpoch(job.steps);
    this.#grant(course, before);
  }

  /** Tells peers that could go as far as `before` how far they may go now, with a checkpoint there when one is due. */
  #grant(course: Course, before: number): void {
    const { job, crew, safe, copies, vetting } = this.#run;
    const { until, peers, holders, plan } = course;
    const snapshots = safe.expect(before, until, peers);
    // Whoever leaves waits for the checkpoint under way, and is not made to wait for yet another.
    const isDue = crew.leavers.length === 0 && safe.isDue;
    if ((isDue || course.pausedAt !== undefined) && until < job.steps) safe.begin(until, plan);
    const checkpoint = safe.underWay(plan.id);
    const now = Date.now();
    const isToCopy = until < job.steps && course.isMeasured && course.wantsCopies;
    if (isToCopy && copies.isDue(plan, now)) copies.begin(until, plan, now);
    const copy = copies.underWay(plan.id);
    const isKept = checkpoint?.step === until || copy?.step === until;
    const sign = plan.signed && vetting?.endSpanAt(until, isKept);
    // Each epoch is reported; each snapshot asks for addresses, and is reported; each copy is told of twice.
    const answers = Math.ceil((until - before) / plan.epoch) + 2 * snapshots + (copy ? 2 : 0);
    for (const member of crew.of(holders)) {
      member.allow(answers);
      member.send({
        type: 'grant',
        plan: plan.id,
        until,
        ...(checkpoint && { checkpoint }),
        ...(copy && { copy }),
        ...(sign && { sign }),
      });
    }
  }
}
