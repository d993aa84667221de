import type { WholeSweep } from '../../core/job/whole-sweep.js';
import { Crew } from '../run/crew.js';
import { Life, type Living } from '../run/life.js';
import type { RunTools } from '../run/run-tools.js';
import type { Inspection } from '../trust/inspection.js';
import { MemberDesk } from './member-desk.js';
import { MemberTrust } from './member-trust.js';
import { MemberUploads } from './member-uploads.js';
import type { MemberVettingListener } from './member-vetting.js';
import { MembersRecord } from './members-record.js';
import type { SharedMember } from './shared-member.js';
import { type SweepContribution, SweepReport } from './sweep-report.js';

/** Writes what scientists open. */
export interface SweepWriter {
  start(): Promise<void>;
  finish(
    over: Pick<MemberDesk, 'done' | 'failed'>,
    contributions: readonly SweepContribution[],
  ): Promise<void>;
}

export interface SweepRunTools extends RunTools {
  readonly result: SweepWriter;
  /** Checks what peers compute, where somebody is to. */
  readonly inspection?: Inspection;
}

/** What a sweep is busy with. */
export type Busy =
  | { readonly kind: 'running' }
  /** A member that no peer can hold is computed by several, as a job. */
  | { readonly kind: 'sharing'; readonly shared: SharedMember };

/** What one sweep's run knows, and keeps. What follows from what is decided elsewhere. */
export class SweepParts {
  readonly id: string;
  readonly sweep: WholeSweep;
  readonly tools: SweepRunTools;
  readonly life: Life<Busy>;
  /** Under which its messages go. */
  readonly plan: number;
  /** Who is there. */
  readonly crew: Crew;
  /** Whose chunk is whose. */
  readonly uploads: MemberUploads;
  /** What has been computed. */
  readonly report: SweepReport;
  /** What the store knows to be over. */
  readonly record: MembersRecord;
  /** Whether it is right, where peers are checked. */
  readonly trust: MemberTrust | undefined;
  /** Who computes what. It is made anew when it is known what is over already. */
  desk: MemberDesk;
  /** Why members failed last, in words. */
  lastFailure: string | undefined;
  #hindrance: string | undefined;

  constructor(
    id: string,
    sweep: WholeSweep,
    tools: SweepRunTools,
    living: Omit<Living<Busy>, 'hindrance'>,
    findings: MemberVettingListener,
  ) {
    this.id = id;
    this.sweep = sweep;
    this.tools = tools;
    this.plan = tools.nextPlan();
    this.trust = this.#trustBy(tools.inspection, findings);
    this.crew = new Crew(tools.members, (peer) => this.trust?.mayCompute(peer) ?? true);
    this.uploads = new MemberUploads(id, sweep);
    this.report = new SweepReport(sweep);
    this.record = new MembersRecord(tools.store, id, tools.term);
    this.desk = new MemberDesk(sweep.members, { done: [], failed: [] });
    this.life = new Life<Busy>(id, sweep, tools, { ...living, hindrance: () => this.#hindrance });
  }

  get ended(): boolean {
    return this.life.ended;
  }

  /** The member that several peers share now, where one is. */
  get sharing(): SharedMember | undefined {
    const { phase } = this.life;
    return phase.kind === 'sharing' ? phase.shared : undefined;
  }

  /** Whether members may be given out. */
  get isOpen(): boolean {
    const { kind } = this.life.phase;
    return kind === 'waiting' || kind === 'running';
  }

  /** Something is in the way; undefined when nothing is any more. The first one is told. */
  hinder(reason: string | undefined): void {
    if (reason === this.#hindrance || (reason !== undefined && this.#hindrance !== undefined)) return;
    this.#hindrance = reason;
    this.life.show();
  }

  #trustBy(inspection: Inspection | undefined, findings: MemberVettingListener): MemberTrust | undefined {
    if (!inspection || this.sweep.first.file.trust.check === 'off') return undefined;
    const { store, log } = this.tools;
    const isWaiting = () => this.ended || this.desk.left === 0 || this.desk.waitsForRulings;
    return new MemberTrust(
      this.id,
      this.sweep,
      { inspection, store, log, plan: this.plan, isWaiting },
      findings,
    );
  }
}

/** Seconds, from any start. */
export const seconds = () => performance.now() / 1000;
