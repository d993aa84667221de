import type { Job } from '../../core/job/job.js';
import type { MeasuredLink } from '../../core/plan/known-fleet.js';
import type { Progress, RoomJob, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member, ProbeReader, RunMessage } from '../room/conductor.js';
import type { VettingListener } from '../trust/vetting.js';
import { Completion } from './completion.js';
import { Departures } from './departures.js';
import { Grants } from './grants.js';
import { HandoverWatch } from './handover-watch.js';
import { Hearing } from './hearing.js';
import { JobParts, type JobRunTools } from './job-parts.js';
import { Planning } from './planning.js';
import type { Run } from './run.js';
import { Setbacks } from './setbacks.js';
import { Stalls } from './stalls.js';
import { Succession } from './succession.js';

/**
 * One job's run, from the first plan to its end. `JobParts` is what it knows; what follows from what is decided by `Hearing`
 * (what peers say), `Planning` (who computes from where on), `Grants` (how far), `Completion` (what is sealed, and the end),
 * `Succession` (who goes on for whom), `Setbacks` (what is computed again), `Stalls` (who holds it up), `HandoverWatch` (what a new plan waits for) and `Departures` (who may go).
 */
export class JobRun implements Run {
  readonly #parts: JobParts;
  readonly #departures: Departures;
  readonly #planning: Planning;
  readonly #completion: Completion;
  readonly #succession: Succession;
  readonly #setbacks: Setbacks;
  readonly #stalls: Stalls;
  readonly #handovers: HandoverWatch;
  readonly #hearing: Hearing;

  constructor(id: string, job: Job, tools: JobRunTools) {
    const living = {
      hindrance: () => this.#parts.troubles.hindrance,
      look: () => this.#look(),
      left: () => this.#left(),
    };
    const parts = new JobParts(id, job, tools, living, this.#findings());
    this.#parts = parts;
    const grants = new Grants(parts);
    this.#departures = new Departures(parts);
    this.#planning = new Planning(parts, grants);
    this.#completion = new Completion(parts, this.#planning, this.#departures);
    this.#succession = new Succession(parts, grants, this.#planning);
    this.#setbacks = new Setbacks(parts, this.#planning, this.#departures, this.#succession);
    this.#stalls = new Stalls(parts, this.#setbacks);
    this.#handovers = new HandoverWatch(parts);
    this.#hearing = new Hearing(parts, {
      grants,
      planning: this.#planning,
      departures: this.#departures,
      completion: this.#completion,
      setbacks: this.#setbacks,
      succession: this.#succession,
    });
    parts.life.keep(this.#open());
  }

  get state(): RoomJob['state'] {
    return this.#parts.life.state;
  }

  get reason(): string | undefined {
    return this.#parts.life.reason;
  }

  get links(): readonly MeasuredLink[] {
    return this.#parts.staffing.links;
  }

  get ended(): boolean {
    return this.#parts.life.ended;
  }

  get plan(): Plan | undefined {
    return this.#parts.course?.plan;
  }

  get progress(): Progress {
    const { safe, vetting, report, step } = this.#parts;
    const sealed = safe.newest?.step ?? 0;
    const vetted = vetting?.vettedThrough;
    const unseen = this.#unseen;
    return {
      ...report.progress(step ?? sealed, sealed),
      ...(vetted !== undefined && { vetted }),
      ...(unseen.length > 0 && { unseen: [...unseen] }),
    };
  }

  /** Whose shards nobody computes again; when no plan is under way, that was so of part of the run. */
  get #unseen(): readonly PeerId[] {
    const { vetting } = this.#parts;
    if (!vetting) return [];
    if (!this.plan) return vetting.lastUnseen;
    return this.plan.signed ? vetting.unseen : [];
  }

  get readProbe(): ProbeReader {
    return this.#parts.tools.result.readProbe;
  }

  useOf(peer: PeerId): ShownUse | undefined {
    return this.#planning.useOf(peer);
  }

  isLeaving(peer: PeerId): boolean {
    return this.#parts.crew.isLeaving(peer);
  }

  joined(): void {
    this.#planning.reconsider();
  }

  heard(member: Member, message: RunMessage): void {
    this.#hearing.heard(member, message);
  }

  lost(member: Member): void {
    const { crew, troubles, staffing } = this.#parts;
    crew.lost(member.id);
    troubles.lost(member.id);
    staffing.lost(member.id);
    if (this.#succession.retire(member.id, `${member.name} is gone`)) return;
    if (this.#departures.needs(member.id)) this.#setbacks.goBack(`${member.name} is gone`);
    else this.#planning.reconsider();
  }

  hindered(reason: string | undefined): void {
    this.#parts.troubles.storeFails(reason);
    this.#parts.life.show();
  }

  stop(reason: string): void {
    this.#parts.life.end({ state: 'stopped', reason });
  }

  async close(): Promise<void> {
    const { life, vetting } = this.#parts;
    life.suspend('the coordinator is closing');
    await vetting?.close();
    await life.settled();
  }

  async #open(): Promise<void> {
    const { safe, tools, life } = this.#parts;
    await safe.open();
    await tools.result.start();
    await safe.markVetted();
    if (life.ended) return;
    if (safe.isFinal) return this.#completion.finish();
    this.#planning.open();
  }

  #look(): void {
    const { course, tools } = this.#parts;
    if (!course) return;
    tools.document.setProgress(this.progress);
    this.#planning.rebalance(course);
    // Another plan may be under way by now.
    if (this.#parts.course) this.#handovers.look(this.#parts.course);
    if (this.#parts.course) this.#stalls.look(this.#parts.course);
  }

  #left(): void {
    const { report, tools } = this.#parts;
    this.#planning.close();
    this.#setbacks.close();
    report.pause();
    tools.document.setProgress(this.progress);
    tools.document.setPlan(undefined);
    this.#departures.releaseAll();
  }

  /** What comes of holding peers to what they sign. */
  #findings(): VettingListener {
    return {
      tell: (peer, message) => this.#parts.crew.tell([peer], message),
      isWaiting: () => {
        const { course, job } = this.#parts;
        return course === undefined || course.slowest === job.steps;
      },
      foundOut: (...found) => this.#setbacks.foundOut(...found),
      doubtful: (peer, why, other) => {
        const member = this.#parts.crew.member(peer);
        if (member) this.#setbacks.doubted(member, { reason: why, ...(other && { peer: other }) });
      },
      unclear: (why) => this.#setbacks.goBack(why),
      spoilt: (teller, why, right) => this.#setbacks.spoilt(teller, why, right),
      progressed: () => {
        this.#parts.troubles.moved();
        this.#completion.progressed();
      },
      failed: (error) => this.#parts.life.broken(error),
    };
  }
}
