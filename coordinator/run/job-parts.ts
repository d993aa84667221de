import type { Job } from '../../core/job/job.js';
import type { ProbeReader, RunMessage } from '../room/conductor.js';
import type { Inspection } from '../trust/inspection.js';
import { Vetting, type VettingListener } from '../trust/vetting.js';
import { acquaintanceIn } from './acquaintance.js';
import { Copies } from './copies.js';
import type { Course } from './course.js';
import { Crew } from './crew.js';
import { HeldSamples } from './held-samples.js';
import { Life, type Living } from './life.js';
import { PlanBook } from './plan-book.js';
import { RunReport } from './run-report.js';
import type { RunTools } from './run-tools.js';
import { Safekeeping } from './safekeeping.js';
import { Staffing } from './staffing.js';
import { Troubles } from './troubles.js';

/** Writes what scientists open. */
export interface ResultWriter {
  start(): Promise<void>;
  /** All up to `step` has been vetted; what is stored of later steps is provisional. */
  markVetted(step: number): Promise<void>;
  /** May be told the same samples again, after the run has gone back. */
  addProbes(samples: Extract<RunMessage, { type: 'epoch' }>['probes']): Promise<void>;
  /** As `ProbeSeries.read`: what has been added so far is among it. */
  readonly readProbe: ProbeReader;
  /** Resolves when all probe samples added so far are in the store. */
  flush(): Promise<void>;
  finish(report: RunReport): Promise<void>;
}

export interface JobRunTools extends RunTools {
  readonly result: ResultWriter;
  /** Checks what peers compute, where somebody is to. */
  readonly inspection?: Inspection;
}

/** A plan's course, while one is under way. */
type Running = { readonly kind: 'running'; readonly course: Course };

/** What one job's run knows, and keeps. What follows from what is decided elsewhere. */
export class JobParts {
  readonly id: string;
  readonly job: Job;
  readonly tools: JobRunTools;
  readonly life: Life<Running>;
  /** Who is there. */
  readonly crew: Crew;
  /** Which plans peers are heard on. */
  readonly plans = new PlanBook();
  /** What is safe in the store. */
  readonly safe: Safekeeping;
  /** What peers hold in memory. */
  readonly copies: Copies;
  /** What went wrong. */
  readonly troubles = new Troubles();
  /** Who computes what. */
  readonly staffing: Staffing;
  /** What has been computed. */
  readonly report: RunReport;
  /** What shadows saw. */
  readonly samples = new HeldSamples();
  /** Whether it is right. */
  readonly vetting: Vetting | undefined;

  constructor(id: string, job: Job, tools: JobRunTools, living: Living<Running>, findings: VettingListener) {
    const { store, result, members, term, inspection } = tools;
    this.id = id;
    this.job = job;
    this.tools = tools;
    this.life = new Life(id, job, tools, living);
    this.vetting = inspection && new Vetting(id, job, { ...inspection.lent, store }, findings);
    const isOpen = job.file.trust.check === 'off';
    this.crew = new Crew(members, (peer) => isOpen || (inspection?.parties.mayCompute(peer) ?? true));
    this.safe = new Safekeeping(id, job, {
      store,
      term,
      flush: () => result.flush(),
      isVettedThrough: (step) => this.vetting?.isVettedThrough(step) ?? true,
      surelyRight: () => this.vetting?.surelyRight ?? Number.POSITIVE_INFINITY,
      signedFor: (step) => this.vetting?.signedFor(step),
      markVetted: (step) => result.markVetted(step),
    });
    this.copies = new Copies(job);
    const acquaintance = inspection && acquaintanceIn(job, inspection.parties, this.vetting);
    this.staffing = new Staffing(job, this.crew, this.troubles, acquaintance);
    this.report = new RunReport(job);
  }

  /** Of the plan under way; undefined where none is. */
  get course(): Course | undefined {
    const { phase } = this.life;
    return phase.kind === 'running' ? phase.course : undefined;
  }

  /** Steps that every shard has made, where one computes or has computed. */
  get step(): number | undefined {
    const { phase, state } = this.life;
    return phase.kind === 'finishing' || state === 'done' ? this.job.steps : this.course?.slowest;
  }
}
