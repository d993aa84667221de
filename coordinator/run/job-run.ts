import { ProtocolError, TakenOverError } from '../../core/errors.js';
import type { Box } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import type { Progress, RoomJob, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { JobEnd } from '../job-end.js';
import type { Member, ProbeReader, RoomDocument, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import type { Inspection } from '../trust/inspection.js';
import { Vetting, type VettingListener } from '../trust/vetting.js';
import type { Assignment } from './assignment.js';
import { Background } from './background.js';
import { Copies, type HeldState } from './copies.js';
import { Course } from './course.js';
import { Crew } from './crew.js';
import { Notice, shownReason } from './notice.js';
import { PlanBook } from './plan-book.js';
import { RunReport } from './run-report.js';
import { Safekeeping } from './safekeeping.js';
import { Staffing } from './staffing.js';
import { Troubles } from './troubles.js';
import { UploadDesk } from './upload-desk.js';

/** Peers that come or go within this time share one new plan. */
const SETTLE_MS = 300;
/** How often progress is published and a stall looked for. */
const TICK_MS = 500;
/** How often at most a better plan is looked for while nobody comes or goes: some epochs, and long beside what a move costs. */
const REBALANCE_MS = 2_000;

/** Time for what a field became infinite by to be found out. */
const DOUBT_MS = 5_000;

const LEFT_OUT: ShownUse = { kind: 'left-out', says: 'left out: it has failed twice in this run' };

export interface JobRunTools {
  readonly document: RoomDocument;
  readonly store: Store;
  readonly result: ResultWriter;
  readonly members: () => readonly Member[];
  /** Checks what peers compute, where somebody is to. */
  readonly inspection?: Inspection;
  /** The id of the room's next plan. */
  readonly nextPlan: () => number;
  /** The coordinator's term: grows with each coordinator that goes on with the store's jobs. */
  readonly term: number;
  readonly log: (event: string, details: object) => void;
  readonly onChange: () => void;
  /** Resolves when the store knows how the job ended. */
  readonly recordEnd: (end: Pick<JobEnd, 'state' | 'reason'>) => Promise<void>;
}

type EpochMessage = Extract<RunMessage, { type: 'epoch' }>;

/** Writes what scientists open. */
export interface ResultWriter {
  start(): Promise<void>;
  /** May be told the same samples again, after the run has gone back. */
  addProbes(samples: EpochMessage['probes']): Promise<void>;
  /** As `ProbeSeries.read`: what has been added so far is among it. */
  readonly readProbe: ProbeReader;
  /** Resolves when all probe samples added so far are in the store. */
  flush(): Promise<void>;
  finish(report: RunReport): Promise<void>;
}

type EndState = JobEnd['state'];

type Phase =
  /** It is found out which sealed state is the newest. */
  | { readonly kind: 'opening'; readonly reason?: string }
  /** For peers. */
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'running'; readonly course: Course }
  /** All is computed and stored; the result is made complete. */
  | { readonly kind: 'finishing' }
  | { readonly kind: 'ended'; readonly state: EndState; readonly reason?: string };

/**
 * One job's run, from the first plan to its end. `Crew` knows who is there, `Staffing` decides who computes what,
 * `Course` knows how far they are and may go, `Safekeeping` what is safe in the store, `Troubles` what went wrong.
 */
export class JobRun {
  readonly id: string;
  readonly job: Job;
  readonly #tools: JobRunTools;
  readonly #crew: Crew;
  readonly #plans = new PlanBook();
  readonly #safe: Safekeeping;
  readonly #copies: Copies;
  readonly #troubles = new Troubles();
  readonly #staffing: Staffing;
  readonly #uploads: UploadDesk;
  readonly #notice: Notice;
  readonly #report: RunReport;
  readonly #vetting: Vetting | undefined;
  readonly #background = new Background((error) => this.#broken(error));
  readonly #tick: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  /** The field has become infinite once, and who is to blame was to be found out. */
  #doubt: NodeJS.Timeout | undefined;
  #phase: Phase = { kind: 'opening' };
  #started = false;
  #assignment: Assignment | undefined;
  /** When a plan was made, or a better one looked for. */
  #balanced = 0;

  constructor(id: string, job: Job, tools: JobRunTools) {
    const { document, store, result, members, term } = tools;
    this.id = id;
    this.job = job;
    this.#tools = tools;
    const { inspection } = tools;
    this.#vetting = inspection && new Vetting(id, job, { ...inspection.lent, store }, this.#findings());
    const isOpen = job.file.trust.check === 'off';
    this.#crew = new Crew(members, (peer) => isOpen || (inspection?.parties.mayCompute(peer) ?? true));
    this.#safe = new Safekeeping(id, job, {
      store,
      term,
      flush: () => result.flush(),
      isVettedThrough: (step) => this.#vetting?.isVettedThrough(step) ?? true,
      surelyRight: () => this.#vetting?.surelyRight ?? Number.POSITIVE_INFINITY,
    });
    this.#copies = new Copies(job);
    this.#staffing = new Staffing(job, this.#crew, this.#troubles);
    this.#uploads = new UploadDesk(store, id, job);
    this.#notice = new Notice(document, id, job, tools.log);
    this.#report = new RunReport(job);
    this.#tick = setInterval(() => this.#look(), TICK_MS);
    this.#background.keep(this.#open());
  }

  get state(): RoomJob['state'] {
    return stateOf(this.#phase);
  }

  get reason(): string | undefined {
    const reason = 'reason' in this.#phase ? this.#phase.reason : undefined;
    return shownReason(reason ?? (this.ended ? undefined : this.#troubles.hindrance));
  }

  get plan(): Plan | undefined {
    return this.#course?.plan;
  }

  get progress(): Progress {
    const sealed = this.#safe.newest?.step ?? 0;
    const vetted = this.#vetting?.vettedThrough;
    return {
      ...this.#report.progress(this.#step ?? sealed, sealed),
      ...(vetted !== undefined && { vetted }),
    };
  }

  get readProbe(): ProbeReader {
    return this.#tools.result.readProbe;
  }

  get ended(): boolean {
    return this.#phase.kind === 'ended';
  }

  /** What a peer is used for, or why for nothing, where that is known. */
  useOf(peer: PeerId): ShownUse | undefined {
    if (!this.#course) return undefined;
    if (this.#troubles.isBenched(peer)) return LEFT_OUT;
    return this.#assignment?.uses.get(peer);
  }

  isLeaving(peer: PeerId): boolean {
    return this.#crew.isLeaving(peer);
  }

  joined(): void {
    this.#reconsider();
  }

  /** The store fails, and is asked again; undefined when it works again. */
  hindered(reason: string | undefined): void {
    this.#troubles.storeFails(reason);
    this.#show();
  }

  lost(member: Member): void {
    this.#crew.lost(member.id);
    this.#troubles.lost(member.id);
    this.#staffing.lost(member.id);
    if (this.#needs(member.id)) this.#goBack(`${member.name} is gone`);
    else this.#reconsider();
  }

  stop(reason: string): void {
    this.#end('stopped', reason);
  }

  heard(member: Member, message: RunMessage): void {
    if (this.ended || this.#phase.kind === 'finishing') {
      if (message.type === 'leave') member.send({ type: 'released' });
      return;
    }
    switch (message.type) {
      case 'leave':
        this.#crew.leaves(member.id);
        this.#reconsider();
        return this.#releaseLeavers();
      case 'pong':
        return this.#troubles.answered(member.id, message);
      case 'key':
        return;
    }
    const shard = this.#plans.shardOf(message.plan, member.id);
    if (!shard) return;
    switch (message.type) {
      case 'ready':
        return this.#ready(member, message.plan);
      case 'epoch':
        return this.#epoch(member, message);
      case 'upload':
        return this.#background.keep(
          this.#uploads.answer(member, shard, this.#safe.underWay(message.plan), message),
        );
      case 'stored':
        return this.#stored(member, message);
      case 'checkpointed':
        return this.#checkpointed(member, shard, message);
      case 'copied':
        return this.#copies.copied(member.id, message);
      case 'failed':
        return this.#failed(member, message);
      case 'held':
        return this.#held(member, message);
      case 'diverged':
        return this.#diverged(member, message);
      case 'signed':
        return this.#vetting?.signed(member, message);
      case 'withheld':
        return this.#vetting?.withheld(member, message);
    }
  }

  /** Resolves when nothing of the run goes on any more. */
  async close(): Promise<void> {
    if (!this.ended) this.#leave('stopped', 'the coordinator is closing');
    await this.#vetting?.close();
    await this.#background.ended();
  }

  get #course(): Course | undefined {
    return this.#phase.kind === 'running' ? this.#phase.course : undefined;
  }

  /** Steps that every shard has made, where one computes or has computed. */
  get #step(): number | undefined {
    const { kind } = this.#phase;
    return kind === 'finishing' || this.state === 'done' ? this.job.steps : this.#course?.slowest;
  }

  async #open(): Promise<void> {
    await this.#safe.open();
    await this.#tools.result.start();
    if (this.ended) return;
    if (this.#safe.isFinal) return this.#finish();
    // A checkpoint is beyond the first step, for which alone peers are waited for.
    this.#started = this.#safe.newest !== undefined;
    this.#begin();
  }

  // Who computes what.

  #needs(peer: PeerId): boolean {
    if (this.#phase.kind === 'finishing') return false;
    return this.#course?.needs(peer) || this.#safe.owes(peer) || this.#vetting?.owes(peer) === true;
  }

  /** Starts, or starts again: from copies that peers hold, or the newest sealed checkpoint, whichever is newer. */
  #begin(): void {
    const start = this.#staffing.start(this.#started ? 1 : this.job.run.peers);
    switch (start.kind) {
      case 'wait':
        return this.#wait(start.reason);
      case 'go': {
        const { newest } = this.#safe;
        const held = this.#inCopies;
        if (held) return this.#follow(held.step, held.source, start.assignment);
        if (newest === undefined) return this.#follow(0, { kind: 'initial' }, start.assignment);
        return this.#follow(newest.step, { kind: 'checkpoint', seal: newest.seal }, start.assignment);
      }
    }
  }

  /** What peers hold that is newer than all that is sealed. */
  get #inCopies(): HeldState | undefined {
    const held = this.#copies.held((peer) => this.#crew.member(peer) !== undefined);
    return held && held.step > (this.#safe.newest?.step ?? 0) ? held : undefined;
  }

  #wait(reason: string): void {
    // Peers that rest keep nothing.
    this.#copies.clear();
    this.#tools.document.setPlan(undefined);
    this.#enter({ kind: 'waiting', reason });
  }

  #follow(from: number, source: Plan['source'], assignment: Assignment): void {
    const { shards, exchangeEvery, epoch, stepSeconds } = assignment;
    const id = this.#tools.nextPlan();
    const unsigned: Plan = { id, job: this.id, from, source, exchangeEvery, epoch, shards };
    const plan: Plan = { ...unsigned, ...(this.#vetting?.canSign(unsigned) && { signed: true }) };
    const course = new Course(plan);
    this.#started = true;
    this.#assignment = assignment;
    this.#balanced = Date.now();
    this.#report.begin(assignment);
    this.#plans.add(plan);
    this.#vetting?.follow(plan);
    this.#tools.log('plan', {
      job: this.id,
      plan: plan.id,
      from,
      source: source.kind,
      shards: shards.length,
      exchangeEvery,
      stepSeconds,
    });
    this.#enter({ kind: 'running', course });
    this.#tools.document.setPlan(plan);
    this.#troubles.begins(course.peers);
    this.#extend(course);
  }

  /** Peers have come or go: a better plan may be had, after others that come or go with them. */
  #reconsider(): void {
    if (this.ended || this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      switch (this.#phase.kind) {
        case 'waiting':
          return this.#begin();
        case 'running':
          return this.#changeHands(this.#phase.course);
        case 'opening':
        case 'finishing':
        case 'ended':
          return;
      }
    }, SETTLE_MS);
  }

  /** A new plan from the last step that peers may have reached; its shards are handed over there. */
  #changeHands(course: Course): void {
    const change = this.#staffing.change(course);
    switch (change.kind) {
      case 'not-yet':
        return;
      case 'keep':
        this.#keep(change.assignment);
        return this.#tools.onChange();
      case 'too-few':
        return this.#pauseForLeavers(course);
      case 'move':
        return this.#moveTo(course, change.assignment);
    }
  }

  /** Peers, or links, do otherwise than the plan takes them to. */
  #rebalance(course: Course): void {
    if (Date.now() - this.#balanced < REBALANCE_MS || !course.isMeasured) return;
    this.#balanced = Date.now();
    const change = this.#staffing.change(course);
    if (change.kind === 'move') this.#moveTo(course, change.assignment);
    else if (change.kind === 'keep') this.#keep(change.assignment);
  }

  #keep(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#report.keeps(assignment);
  }

  /** Whoever leaves hands over to the others now, and they go on. */
  #moveTo(course: Course, assignment: Assignment): void {
    this.#follow(course.until, { kind: 'transfer', shards: course.plan.shards }, assignment);
  }

  /**
   * Nobody can take over what the leaving peers hold: one more epoch, a checkpoint at its end, and then they may
   * go. The job waits for others.
   */
  #pauseForLeavers(course: Course): void {
    const needed = this.#crew.leavers.some((peer) => course.needs(peer));
    // A checkpoint under way comes first; its seal brings us here again.
    if (!needed || course.pausedAt !== undefined || this.#safe.isStoring) return;
    const before = course.until;
    course.pauseAfterEpoch(this.job.steps);
    this.#grant(course, before);
  }

  /** Those who asked to go, and whom nothing needs any more. */
  #releaseLeavers(): void {
    const free = this.#crew.leavers.filter((peer) => !this.#needs(peer));
    this.#crew.tell(free, { type: 'released' });
  }

  #ready(member: Member, plan: number): void {
    const course = this.#course;
    if (course?.plan.id !== plan) return;
    this.#troubles.moved();
    if (this.#troubles.storedBy(member.id)) this.#show();
    course.ready(member.id);
    if (!course.allReady) return;
    this.#releaseLeavers();
    this.#reconsider();
  }

  // How far.

  #epoch(member: Member, message: EpochMessage): void {
    this.#report.epoch(member, message);
    this.#background.keep(this.#record(member, message.probes));
    const course = this.#course;
    if (course?.plan.id !== message.plan) return;
    this.#troubles.reported(member.id);
    this.#measure(member, course, message);
    this.#staffing.linked(member, course.plan, message.links);
    course.report(member.id, message.step);
    this.#troubles.reached(course.slowest);
    this.#report.reached(course.slowest);
    this.#extend(course);
    this.#finishIfDone();
  }

  #measure(member: Member, course: Course, { step, computeSeconds }: EpochMessage): void {
    const before = course.stepOf(member.id);
    const shard = this.#plans.shardOf(course.plan.id, member.id);
    if (before === undefined || shard === undefined || step <= before || step > course.until) return;
    this.#staffing.computed(member, course.plan, shard, step - before, computeSeconds);
  }

  async #record(member: Member, samples: EpochMessage['probes']): Promise<void> {
    try {
      await this.#tools.result.addProbes(samples);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      member.dismiss(error.code, error.message);
    }
  }

  /** Grants more steps where the slowest shard allows. */
  #extend(course: Course): void {
    const before = course.until;
    if (course.extend(this.job.steps)) this.#grant(course, before);
  }

  /** Tells peers that could go as far as `before` how far they may go now, with a checkpoint there when one is due. */
  #grant(course: Course, before: number): void {
    const { until, peers, plan } = course;
    const snapshots = this.#safe.expect(before, until, peers);
    // Whoever leaves waits for the checkpoint under way, and is not made to wait for yet another.
    const isDue = this.#crew.leavers.length === 0 && this.#safe.isDue;
    if ((isDue || course.pausedAt !== undefined) && until < this.job.steps) this.#safe.begin(until, plan);
    const checkpoint = this.#safe.underWay(plan.id);
    const now = Date.now();
    if (until < this.job.steps && course.isMeasured && this.#copies.isDue(plan, now)) {
      this.#copies.begin(until, plan, now);
    }
    const copy = this.#copies.underWay(plan.id);
    const sign = plan.signed && this.#vetting?.signsAt(until);
    // Each epoch is reported; each snapshot asks for addresses, and is reported; each copy is told of twice.
    const answers = Math.ceil((until - before) / plan.epoch) + 2 * snapshots + (copy ? 2 : 0);
    for (const member of this.#crew.of(peers)) {
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

  // What is safe in the store.

  #stored(member: Member, { step }: Extract<RunMessage, { type: 'stored' }>): void {
    this.#safe.stored(step, member.id);
    this.#paid(member);
  }

  #checkpointed(member: Member, shard: Box, message: Extract<RunMessage, { type: 'checkpointed' }>): void {
    try {
      this.#safe.checkpointed(member.id, shard, message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return member.dismiss(error.code, error.message);
    }
    this.#paid(member);
  }

  /** Something more is in the store. */
  #paid(member: Member): void {
    this.#troubles.moved();
    if (this.#troubles.storedBy(member.id)) this.#show();
    this.#settled();
  }

  /** More is safe, or vetted. */
  #settled(): void {
    const sealed = this.#safe.seal();
    if (sealed) this.#background.keep(sealed.then((at) => this.#sealed(at)));
    this.#releaseLeavers();
    this.#finishIfDone();
  }

  #sealed(step: number): void {
    this.#tools.log('sealed', { job: this.id, step });
    this.#troubles.sealed();
    this.#vetting?.stands(step);
    this.#plans.forgetBefore(step);
    const course = this.#course;
    if (course?.pausedAt === step) {
      course.resume();
      // What they hold is safe; that they go sends the run back to where it is.
      this.#crew.tell(this.#crew.leavers, { type: 'released' });
    } else if (this.#crew.leavers.length > 0) this.#reconsider();
  }

  #finishIfDone(): void {
    const { steps } = this.job;
    const phase = this.#phase;
    if (phase.kind !== 'running' || phase.course.slowest !== steps || !this.#safe.settledThrough(steps))
      return;
    if (this.#vetting?.isVettedThrough(steps) === false) return;
    this.#vetting?.stands(steps);
    this.#background.keep(this.#finish());
  }

  async #finish(): Promise<void> {
    this.#enter({ kind: 'finishing' });
    // From here on nobody else makes another result of this job.
    await this.#safe.sealEnd();
    await this.#tools.result.finish(this.#report);
    if (this.ended) return;
    this.#leave('done');
    // The sealed end stays until the store knows that the job is done: whoever dies between leaves nothing to be made again.
    await this.#safe.removeStates();
    await this.#tools.recordEnd({ state: 'done' });
    await this.#safe.removeSeals();
  }

  // What went wrong.

  /**
   * What was computed since the newest copies, or the newest sealed checkpoint, is lost, or all that was computed after the first
   * `right` steps; it is computed again by whoever is left.
   */
  #goBack(reason: string, right = Number.POSITIVE_INFINITY): void {
    this.#copies.giveUp();
    const held = this.#inCopies;
    // What is owed as of then, or before, is not made again from copies; and copies that could not be loaded are none.
    const isOfUse =
      held && held.step <= right && this.#safe.isSafeThrough(held.step) && !this.#isLoadingCopies;
    if (!isOfUse) this.#copies.clear();
    const to = isOfUse ? held.step : (this.#safe.newest?.step ?? 0);
    this.#tools.log('back', { job: this.id, reason, from: this.#step ?? to, to });
    const givenUp = this.#troubles.wentBack(reason);
    if (givenUp !== undefined) return this.#end('failed', givenUp);
    this.#plans.clear();
    this.#vetting?.goBack();
    // No plan stands, and nobody is needed for one.
    this.#phase = { kind: 'opening', reason };
    this.#report.pause();
    this.#background.keep(this.#beginAgain(right));
    this.#releaseLeavers();
  }

  get #isLoadingCopies(): boolean {
    const course = this.#course;
    return course?.plan.source.kind === 'copies' && !course.allReady;
  }

  async #beginAgain(right: number): Promise<void> {
    await this.#safe.goBack(right);
    if (this.#phase.kind === 'opening') this.#begin();
  }

  #failed(
    member: Member,
    { reason, peer }: { readonly reason: string; readonly peer?: PeerId | undefined },
  ): void {
    const other = peer === undefined ? undefined : (this.#crew.member(peer) ?? 'gone');
    const benched = this.#troubles.failed(member, reason, other);
    if (benched) this.#tools.log('benched', { job: this.id, peer: benched, reason });
    this.#goBack(`${member.name}: ${reason}`);
  }

  /** What comes of holding peers to what they sign. */
  #findings(): VettingListener {
    return {
      tell: (peer, message) => this.#crew.tell([peer], message),
      isWaiting: () => this.#course === undefined || this.#course.slowest === this.job.steps,
      foundOut: (peer, why, right) => this.#foundOut(peer, why, right),
      doubtful: (peer, why, other) => {
        const member = this.#crew.member(peer);
        if (member) this.#failed(member, { reason: why, ...(other && { peer: other }) });
      },
      progressed: () => {
        this.#troubles.moved();
        this.#settled();
      },
      failed: (error) => this.#broken(error),
    };
  }

  /** A peer computes wrongly: it is shut out, and what it had a part in is computed again. */
  #foundOut(peer: PeerId, why: string, right: number): void {
    const member = this.#crew.member(peer);
    this.#tools.log('found-out', { job: this.id, peer, name: member?.name, why, right });
    this.#troubles.foundOut();
    this.#goBack(`${member?.name ?? peer} was found out: ${why}`, right);
    member?.dismiss('quarantined', `${why}; what this device computes cannot be used`);
  }

  /** The store fails for a peer. It waits; but where others get on meanwhile, it is the peer's own way that fails. */
  #held(member: Member, { reason }: Extract<RunMessage, { type: 'held' }>): void {
    if (this.#troubles.held(member, reason)) return this.#failed(member, { reason });
    this.#show();
  }

  /** Whether the run waits for a peer that does not sign what it computes, and goes back for it. */
  #leftOutForSilence(): boolean {
    const silent = this.#vetting?.silent;
    const member = silent === undefined ? undefined : this.#crew.member(silent);
    if (member) this.#failed(member, { reason: 'it does not sign what it computes' });
    return member !== undefined;
  }

  /**
   * Where peers are checked, a peer that lies may be what made it diverge: that is found out meanwhile, or else it is
   * computed once more.
   */
  #diverged(member: Member, message: Extract<RunMessage, { type: 'diverged' }>): void {
    const course = this.#course;
    if (!this.#vetting || !course?.plan.signed || this.#doubt !== undefined)
      return this.#failDiverged(member, message);
    this.#doubt = setTimeout(() => {
      if (this.#course === course) this.#goBack(`${message.state} is not finite, as ${member.name} found`);
    }, DOUBT_MS);
  }

  /** Computed again it would be no better; whoever knows otherwise resumes the job from its newest checkpoint. */
  #failDiverged({ name }: Member, { step, state }: Extract<RunMessage, { type: 'diverged' }>): void {
    const remedies = ['try a smaller time step', 'look for a division by 0 in the model'];
    if (this.job.run.keepWavesIn === 'f16') {
      remedies.unshift('choose a larger unit of amplitude, for f16 ends at ±65504', 'keep waves in f32');
    }
    const remedy = remedies.join(', or ');
    this.#end('failed', `diverged: ${state} is not finite after step ${step}, as ${name} found; ${remedy}`);
  }

  #look(): void {
    if (this.#phase.kind !== 'running') return;
    this.#tools.document.setProgress(this.progress);
    this.#rebalance(this.#phase.course);
    const stall = this.#troubles.stall(this.#phase.course.free);
    switch (stall.kind) {
      case 'none':
        return;
      case 'ask':
        return this.#crew.tell(stall.peers, { type: 'ping' });
      case 'silent':
        for (const member of this.#crew.of(stall.peers)) {
          // Of one that is away the room knows how long it is waited for.
          if (!member.isAway()) member.dismiss('silent', 'no answer while the others waited');
        }
        return;
      case 'frozen':
        return this.#frozen(this.#phase.course, stall.peer, stall.seconds);
      case 'stuck':
        this.#troubles.moved();
        if (this.#leftOutForSilence()) return;
        return this.#goBack('nothing moved, though every peer answers');
    }
  }

  /** Its engine makes no steps. It is taken for as slow as that, and left out where it happens again. */
  #frozen({ plan }: Course, peer: PeerId, seconds: number): void {
    const [member] = this.#crew.of([peer]);
    const shard = this.#plans.shardOf(plan.id, peer);
    if (!member || !shard) return;
    this.#staffing.hangs(member, plan, shard, seconds);
    this.#failed(member, { reason: `its engine has made no step for ${Math.round(seconds)} s` });
  }

  // Its end.

  #broken(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof TakenOverError)) return this.#end('failed', reason);
    // It has not ended: another coordinator goes on with it.
    if (!this.ended) this.#leave('stopped', reason);
  }

  /** Ends the job for good, or until somebody resumes it. */
  #end(state: EndState, reason?: string): void {
    if (this.ended) return;
    this.#leave(state, reason);
    this.#background.keep(this.#tools.recordEnd({ state, ...(reason !== undefined && { reason }) }));
  }

  /** Ends the run. Without a record of its end, the job is one that may go on. */
  #leave(state: EndState, reason?: string): void {
    clearInterval(this.#tick);
    clearTimeout(this.#settling);
    clearTimeout(this.#doubt);
    this.#enter({ kind: 'ended', state, ...(reason !== undefined && { reason }) });
    this.#tools.document.setProgress(this.progress);
    this.#tools.document.setPlan(undefined);
    this.#crew.tell(this.#crew.leavers, { type: 'released' });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    if (phase.kind !== 'running') this.#report.pause();
    this.#show();
    this.#tools.onChange();
  }

  #show(): void {
    this.#notice.show(this.state, this.reason);
  }
}

function stateOf(phase: Phase): RoomJob['state'] {
  switch (phase.kind) {
    case 'opening':
    case 'waiting':
      return 'waiting';
    case 'running':
    case 'finishing':
      return 'running';
    case 'ended':
      return phase.state;
  }
}
