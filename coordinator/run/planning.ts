import type { ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Assignment } from './assignment.js';
import type { HeldState } from './copies.js';
import { Course } from './course.js';
import type { Grants } from './grants.js';
import type { JobParts } from './job-parts.js';

/** Peers that come or go within this time share one new plan. */
const SETTLE_MS = 300;
/** How often at most a better plan is looked for while nobody comes or goes: some epochs, and long beside what a move costs. */
const REBALANCE_MS = 2_000;

const LEFT_OUT: ShownUse = { kind: 'left-out', says: 'left out: it has failed twice in this run' };

/** Has one plan follow another: from what state each starts, when peers come and go, and when a better one is to be had. */
export class Planning {
  readonly #run: JobParts;
  readonly #grants: Grants;
  #settling: NodeJS.Timeout | undefined;
  #started = false;
  #assignment: Assignment | undefined;
  /** When a plan was made, or a better one looked for. */
  #balanced = 0;

  constructor(run: JobParts, grants: Grants) {
    this.#run = run;
    this.#grants = grants;
  }

  /** It is known what is sealed. A checkpoint is beyond the first step, for which alone peers are waited for. */
  open(): void {
    this.#started = this.#run.safe.newest !== undefined;
    this.begin();
  }

  /** Starts, or starts again: from copies that peers hold, or the newest sealed checkpoint, whichever is newer. */
  begin(): void {
    const { staffing, job, safe } = this.#run;
    const held = this.newerCopies;
    const start = staffing.start(this.#started ? 1 : job.run.peers, held?.source.shards);
    switch (start.kind) {
      case 'wait':
        return this.#wait(start.reason);
      case 'go': {
        const { newest } = safe;
        if (held) return this.#follow(held.step, held.source, start.assignment);
        if (newest === undefined) return this.#follow(0, { kind: 'initial' }, start.assignment);
        return this.#follow(newest.step, { kind: 'checkpoint', seal: newest.seal }, start.assignment);
      }
    }
  }

  /** What peers hold that is newer than all that is sealed. */
  get newerCopies(): HeldState | undefined {
    const { copies, crew, safe } = this.#run;
    const held = copies.held((peer) => crew.member(peer) !== undefined);
    return held && held.step > (safe.newest?.step ?? 0) ? held : undefined;
  }

  /** What a peer is used for, or why for nothing, where that is known. */
  useOf(peer: PeerId): ShownUse | undefined {
    const { course, troubles } = this.#run;
    if (!course) return undefined;
    if (troubles.isBenched(peer)) return LEFT_OUT;
    return this.#assignment?.uses.get(peer);
  }

  /** Peers have come or go: a better plan may be had, after others that come or go with them. */
  reconsider(): void {
    const { life } = this.#run;
    if (life.ended || this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      const { phase } = life;
      switch (phase.kind) {
        case 'waiting':
          return this.begin();
        case 'running':
          return this.#changeHands(phase.course);
        case 'opening':
        case 'finishing':
        case 'ended':
          return;
      }
    }, SETTLE_MS);
  }

  /** Looks for a better plan, if it is time to: peers, or links, may do otherwise than the plan takes them to. */
  rebalance(course: Course): void {
    if (Date.now() - this.#balanced < REBALANCE_MS || !course.isMeasured) return;
    this.#balanced = Date.now();
    const { staffing, report } = this.#run;
    const change = staffing.change(course, report.measured);
    if (change.kind === 'move') this.#moveTo(course, change.assignment);
    else if (change.kind === 'keep') this.#keep(change.assignment);
  }

  close(): void {
    clearTimeout(this.#settling);
  }

  #wait(reason: string): void {
    const { copies, tools, report, life } = this.#run;
    // Peers that rest keep nothing.
    copies.clear();
    tools.document.setPlan(undefined);
    report.pause();
    life.enter({ kind: 'waiting', reason });
  }

  #follow(from: number, source: Plan['source'], assignment: Assignment): void {
    const { tools, vetting, report, plans, life, troubles, staffing } = this.#run;
    const { shards, shadows, exchangeEvery, epoch, stepSeconds, epochsAhead } = assignment;
    const job = this.#run.id;
    const ahead = { id: tools.nextPlan(), job, from, source, exchangeEvery, epoch };
    const unsigned: Plan = { ...ahead, shards, ...(shadows && { shadows }) };
    const plan: Plan = { ...unsigned, ...vetting?.termsOf(unsigned) };
    const course = new Course(plan, epochsAhead);
    this.#started = true;
    this.#assignment = assignment;
    this.#balanced = Date.now();
    report.begin(assignment);
    plans.add(plan);
    vetting?.follow(plan);
    tools.log('plan', {
      job,
      plan: plan.id,
      from,
      source: source.kind,
      shards: shards.length,
      ...(shadows && { shadows: shadows.length }),
      exchangeEvery,
      stepSeconds,
    });
    life.enter({ kind: 'running', course });
    tools.document.setPlan(plan);
    troubles.begins(course.holders, 1000 * staffing.handoverSeconds(plan));
    this.#grants.extend(course);
  }

  /** A new plan from the last step that peers may have reached; its shards are handed over there. */
  #changeHands(course: Course): void {
    const { staffing, tools } = this.#run;
    const change = staffing.change(course);
    switch (change.kind) {
      case 'not-yet':
        return;
      case 'keep':
        this.#keep(change.assignment);
        return tools.onChange();
      case 'too-few':
        return this.#grants.pauseForLeavers(course);
      case 'move':
        return this.#moveTo(course, change.assignment);
    }
  }

  #keep(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#run.report.keeps(assignment);
  }

  /** Whoever leaves hands over to the others now, and they go on. */
  #moveTo(course: Course, assignment: Assignment): void {
    this.#follow(course.until, { kind: 'transfer', shards: course.plan.shards }, assignment);
  }
}
