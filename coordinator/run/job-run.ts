import { ProtocolError } from '../../core/errors.js';
import type { Job } from '../../core/job/job.js';
import type { Progress, RoomJob } from '../../core/protocol/document.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan, PlanShards } from '../../core/protocol/plan.js';
import type { Member, RoomDocument, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { Checkpoints } from './checkpoints.js';
import { Course } from './course.js';
import { Ledger } from './ledger.js';
import { RunReport } from './run-report.js';
import { shareOut } from './share-out.js';
import { StallWatch } from './stall-watch.js';
import { Strikes } from './strikes.js';
import { mayUpload } from './upload-rights.js';

/** Peers that come or go within this time share one new plan. */
const SETTLE_MS = 300;
/** How often progress is published and a stall looked for. */
const TICK_MS = 500;
/** Times the run goes back without getting farther than ever before, until the job is given up. */
const MOST_SETBACKS = 10;

export interface JobRunTools {
  readonly document: RoomDocument;
  readonly store: Store;
  readonly result: ResultWriter;
  readonly members: () => readonly Member[];
  /** The id of the room's next plan. */
  readonly nextPlan: () => number;
  readonly log: (event: string, details: object) => void;
  readonly onChange: () => void;
}

/** Writes what scientists open. */
export interface ResultWriter {
  start(): Promise<void>;
  /** May be told the same samples again, after the run has gone back. */
  addProbes(samples: Extract<RunMessage, { type: 'epoch' }>['probes']): Promise<void>;
  /** Resolves when all probe samples added so far are in the store. */
  flush(): Promise<void>;
  finish(report: RunReport): Promise<void>;
}

type JobState = RoomJob['state'];

/** One job's run: its plans, grants, checkpoints and end. */
export class JobRun {
  readonly id: string;
  readonly job: Job;
  readonly #tools: JobRunTools;
  readonly #checkpoints: Checkpoints;
  readonly #ledger = new Ledger();
  readonly #report: RunReport;
  readonly #strikes = new Strikes();
  readonly #stall = new StallWatch(Date.now());
  readonly #leaving = new Set<PeerId>();
  readonly #background = new Set<Promise<void>>();
  readonly #tick: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  #state: JobState = 'waiting';
  #reason: string | undefined;
  #course: Course | undefined;
  /** Plans older than this are void: the run has gone back behind them. */
  #oldestPlan = 1;
  #newestPlan = 0;
  #checkpoint: { readonly step: number; readonly owed: Set<PeerId> } | undefined;
  #checkpointed = Date.now();
  #farthest = 0;
  #setbacks = 0;
  /** Until the checkpoint with which leaving peers may go, nobody goes on. */
  #pausing = false;
  #finishing = false;

  constructor(id: string, job: Job, tools: JobRunTools) {
    this.id = id;
    this.job = job;
    this.#tools = tools;
    this.#checkpoints = new Checkpoints(tools.store, id);
    this.#report = new RunReport(job);
    this.#tick = setInterval(() => this.#look(), TICK_MS);
    this.#keep(tools.result.start());
    this.#begin();
  }

  get state(): JobState {
    return this.#state;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  get plan(): Plan | undefined {
    return this.#course?.plan;
  }

  get progress(): Progress {
    const step =
      this.#state === 'done' ? this.job.steps : (this.#course?.slowest ?? this.#checkpoints.newest ?? 0);
    return this.#report.progress(step, this.#course?.peers.length ?? 0, this.#checkpoints.newest ?? 0);
  }

  get ended(): boolean {
    return this.#state === 'done' || this.#state === 'failed' || this.#state === 'stopped';
  }

  isLeaving(peer: PeerId): boolean {
    return this.#leaving.has(peer);
  }

  joined(): void {
    this.#reconsider();
  }

  lost(member: Member): void {
    this.#leaving.delete(member.id);
    if (this.#needs(member.id)) this.#goBack(`${member.name} is gone`);
    else this.#reconsider();
  }

  stop(): void {
    this.#end('stopped', 'stopped on request');
  }

  heard(member: Member, message: RunMessage): void {
    if (this.ended || this.#finishing) {
      if (message.type === 'leave') member.send({ type: 'released' });
      return;
    }
    switch (message.type) {
      case 'leave':
        this.#leaving.add(member.id);
        this.#reconsider();
        return this.#releaseLeavers();
      case 'pong':
        return this.#stall.answered(member.id);
    }
    if (message.plan < this.#oldestPlan || message.plan > this.#newestPlan) return;
    switch (message.type) {
      case 'ready':
        return this.#ready(member, message.plan);
      case 'epoch':
        return this.#epoch(member, message);
      case 'upload':
        return this.#keep(this.#answerUpload(member, message));
      case 'stored':
        return this.#stored(member, message);
      case 'failed':
        return this.#failed(member, message);
    }
  }

  /** Resolves when nothing of the run goes on any more. */
  async close(): Promise<void> {
    if (!this.ended) this.#end('stopped', 'the coordinator is closing');
    await Promise.all(this.#background);
  }

  #needs(peer: PeerId): boolean {
    return (
      !this.#finishing &&
      (this.#course?.needs(peer) || this.#ledger.owes(peer) || this.#checkpoint?.owed.has(peer) === true)
    );
  }

  #candidates() {
    return this.#tools
      .members()
      .filter(({ id }) => !this.#leaving.has(id) && !this.#strikes.isBenched(id))
      .map(({ id, ability: { rate, memory } }) => ({ id, rate, memory }));
  }

  /** Starts, or starts again, from the newest sealed checkpoint. */
  #begin(): void {
    if (this.ended || this.#finishing) return;
    const fleet = this.#candidates();
    const missing = this.#newestPlan === 0 ? this.job.run.peers - fleet.length : 1 - fleet.length;
    if (missing > 0) return this.#wait(`waits for ${missing} more ${missing === 1 ? 'peer' : 'peers'}`);
    const share = shareOut(this.job, fleet);
    if (share.kind === 'too-small') return this.#wait(share.reason);
    const step = this.#checkpoints.newest;
    this.#follow(step ?? 0, { kind: step === undefined ? 'initial' : 'checkpoint' }, share.shards);
    this.#oldestPlan = this.#newestPlan;
  }

  #wait(reason: string): void {
    this.#course = undefined;
    this.#tools.document.setPlan(undefined);
    this.#enter('waiting', reason);
  }

  #follow(from: number, source: Plan['source'], shards: PlanShards): void {
    const { exchangeEvery, epoch } = this.job.run;
    this.#newestPlan = this.#tools.nextPlan();
    const plan: Plan = { id: this.#newestPlan, job: this.id, from, source, exchangeEvery, epoch, shards };
    this.#course = new Course(plan);
    this.#tools.log('plan', {
      job: this.id,
      plan: plan.id,
      from,
      source: source.kind,
      shards: shards.length,
    });
    this.#enter('running');
    this.#tools.document.setPlan(plan);
    this.#stall.moved(Date.now());
    this.#extend(this.#course);
  }

  /** Peers have come or go: a better plan may be had, after others that come or go with them. */
  #reconsider(): void {
    if (this.ended || this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      if (this.#course) this.#changeHands(this.#course);
      else this.#begin();
    }, SETTLE_MS);
  }

  /** A new plan from the last step that peers may have reached; its shards are handed over there. */
  #changeHands(course: Course): void {
    if (!course.allReady || course.until >= this.job.steps) return;
    const share = shareOut(this.job, this.#candidates());
    if (share.kind === 'too-small') return this.#pauseForLeavers(course);
    if (JSON.stringify(share.shards) === JSON.stringify(course.plan.shards)) return;
    this.#follow(course.until, { kind: 'transfer', shards: course.plan.shards }, share.shards);
  }

  /**
   * Nobody can take over what the leaving peers hold: one more epoch, a checkpoint at its end, and then they may
   * go. The job waits for others.
   */
  #pauseForLeavers(course: Course): void {
    const needed = [...this.#leaving].some((peer) => course.needs(peer));
    if (!needed || this.#pausing) return;
    this.#pausing = true;
    this.#grant(course, () => course.extendByEpoch(this.job.steps));
  }

  /** What was computed since the newest sealed checkpoint is lost; it is computed again by whoever is left. */
  #goBack(reason: string): void {
    this.#tools.log('back', { job: this.id, reason, to: this.#checkpoints.newest ?? 0 });
    this.#setbacks += 1;
    if (this.#setbacks > MOST_SETBACKS)
      return this.#end('failed', `gave up after ${MOST_SETBACKS} setbacks: ${reason}`);
    this.#ledger.clear();
    this.#checkpoint = undefined;
    this.#pausing = false;
    this.#course = undefined;
    this.#releaseLeavers();
    this.#begin();
  }

  #ready(member: Member, plan: number): void {
    if (this.#course?.plan.id !== plan) return;
    this.#stall.moved(Date.now());
    this.#course.ready(member.id);
    if (!this.#course.allReady) return;
    this.#releaseLeavers();
    this.#reconsider();
  }

  #epoch(member: Member, message: Extract<RunMessage, { type: 'epoch' }>): void {
    this.#report.epoch(member, message);
    this.#keep(this.#record(member, message.probes));
    const course = this.#course;
    if (course?.plan.id !== message.plan) return;
    this.#stall.moved(Date.now());
    course.report(member.id, message.step);
    if (course.slowest > this.#farthest) {
      this.#farthest = course.slowest;
      this.#setbacks = 0;
    }
    this.#extend(course);
    this.#finishIfDone();
  }

  async #record(member: Member, samples: Extract<RunMessage, { type: 'epoch' }>['probes']): Promise<void> {
    try {
      await this.#tools.result.addProbes(samples);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      member.dismiss(error.code, error.message);
    }
  }

  /** Grants more steps where the slowest shard allows. */
  #extend(course: Course): void {
    if (!this.#pausing) this.#grant(course, () => course.extend(this.job.steps));
  }

  /** Tells the peers how far they may go, with a checkpoint at the end of it when one is due. */
  #grant(course: Course, extend: () => boolean): void {
    const before = course.until;
    if (!extend()) return;
    for (const output of this.job.outputs) {
      for (const step of output.steps)
        if (before < step && step <= course.until) this.#ledger.owe(step, course.peers);
    }
    const due = this.#pausing || Date.now() - this.#checkpointed >= this.job.run.checkpointSeconds * 1000;
    if (due && !this.#checkpoint && course.until < this.job.steps) {
      this.#checkpoint = { step: course.until, owed: new Set(course.peers) };
      this.#checkpointed = Date.now();
    }
    const checkpoints = this.#checkpoint ? [this.#checkpoint.step] : [];
    this.#tell(course.peers, { type: 'grant', plan: course.plan.id, until: course.until, checkpoints });
  }

  async #answerUpload(member: Member, message: Extract<RunMessage, { type: 'upload' }>): Promise<void> {
    const objects = [];
    for (const { key, bytes } of message.objects) {
      if (!mayUpload(this.job, this.id, key)) {
        return member.dismiss('upload', `${key} is not an object of this job`);
      }
      objects.push({ key, url: await this.#tools.store.uploadAddress(key, bytes) });
    }
    member.send({ type: 'addresses', request: message.request, objects });
  }

  #stored(member: Member, { what, step }: Extract<RunMessage, { type: 'stored' }>): void {
    this.#stall.moved(Date.now());
    switch (what) {
      case 'outputs':
        this.#ledger.paid(step, member.id);
        break;
      case 'checkpoint':
        if (this.#checkpoint?.step === step) this.#checkpoint.owed.delete(member.id);
        break;
    }
    const checkpoint = this.#checkpoint;
    if (checkpoint?.owed.size === 0 && this.#ledger.settledThrough(checkpoint.step)) {
      this.#checkpoint = undefined;
      this.#keep(this.#seal(checkpoint.step));
    }
    this.#releaseLeavers();
    this.#finishIfDone();
  }

  async #seal(step: number): Promise<void> {
    await this.#tools.result.flush();
    await this.#checkpoints.seal(step);
    if (!this.#pausing) return;
    this.#pausing = false;
    // What they hold is safe; that they go sends the run back to where it is.
    this.#tell([...this.#leaving], { type: 'released' });
  }

  #failed(member: Member, { reason, peer }: Extract<RunMessage, { type: 'failed' }>): void {
    const other = this.#tools.members().find(({ id }) => id === peer);
    const slowerFirst = other && [member, other].sort((a, b) => a.ability.rate - b.ability.rate);
    const benched = slowerFirst
      ? this.#strikes.pair((slowerFirst[0] as Member).id, (slowerFirst[1] as Member).id)
      : peer === undefined
        ? this.#strikes.alone(member.id)
        : undefined;
    if (benched) this.#tools.log('benched', { job: this.id, peer: benched, reason });
    this.#goBack(`${member.name}: ${reason}`);
  }

  /** Those who asked to go, and whom nothing needs any more. */
  #releaseLeavers(): void {
    const free = [...this.#leaving].filter((peer) => !this.#needs(peer));
    this.#tell(free, { type: 'released' });
  }

  #finishIfDone(): void {
    const { steps } = this.job;
    if (this.#finishing || this.#course?.slowest !== steps || !this.#ledger.settledThrough(steps)) return;
    this.#finishing = true;
    this.#keep(
      this.#tools.result.finish(this.#report).then(async () => {
        this.#end('done');
        await this.#checkpoints.clear();
      }),
    );
  }

  #look(): void {
    const course = this.#course;
    if (!course || this.#finishing) return;
    this.#tools.document.setProgress(this.progress);
    const stall = this.#stall.check(Date.now(), course.peers);
    switch (stall.kind) {
      case 'none':
        return;
      case 'ask':
        return this.#tell(stall.peers, { type: 'ping' });
      case 'silent':
        for (const member of this.#tools.members()) {
          if (stall.peers.includes(member.id)) member.dismiss('silent', 'no answer while the others waited');
        }
        return;
      case 'stuck':
        this.#stall.moved(Date.now());
        return this.#goBack('nothing moved, though every peer answers');
    }
  }

  #tell(peers: readonly PeerId[], message: ToPeer): void {
    for (const member of this.#tools.members()) if (peers.includes(member.id)) member.send(message);
  }

  #enter(state: JobState, reason?: string): void {
    this.#state = state;
    this.#reason = reason;
    const { id, job } = this;
    this.#tools.document.setJob({ id, file: job.file, state, ...(reason !== undefined && { reason }) });
    this.#tools.onChange();
  }

  #end(state: JobState, reason?: string): void {
    if (this.ended) return;
    clearInterval(this.#tick);
    clearTimeout(this.#settling);
    this.#enter(state, reason);
    this.#tools.document.setProgress(this.progress);
    this.#tools.document.setPlan(undefined);
    this.#course = undefined;
    this.#tell([...this.#leaving], { type: 'released' });
  }

  /** Owns work that goes on by itself; where it fails, the job does, with the reason. */
  #keep(work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => this.#end('failed', error instanceof Error ? error.message : String(error)))
      .finally(() => this.#background.delete(kept));
    this.#background.add(kept);
  }
}
