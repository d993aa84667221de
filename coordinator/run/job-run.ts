import { ProtocolError } from '../../core/errors.js';
import type { Box } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import { snapshotsOf } from '../../core/job/snapshots.js';
import { MAX_REASON_LENGTH, type Progress, type RoomJob } from '../../core/protocol/document.js';
import { jobEndKey } from '../../core/protocol/keys.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan, PlanShards } from '../../core/protocol/plan.js';
import type { JobEnd, Member, RoomDocument, RunMessage } from '../room/conductor.js';
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
  readonly #snapshots: ReturnType<typeof snapshotsOf>;
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
  #opened = false;
  #started = false;
  /** Plans that the run has not gone back behind, oldest first. A peer is heard on those it has a shard of. */
  readonly #plans = new Map<number, { readonly from: number; readonly shards: ReadonlyMap<PeerId, Box> }>();
  #checkpoint: { readonly step: number; readonly owed: Set<PeerId> } | undefined;
  #checkpointed = Date.now();
  #farthest = 0;
  #setbacks = 0;
  #sealing: Promise<void> = Promise.resolve();
  /** Step of the checkpoint with which leaving peers may go: nobody goes on beyond it. */
  #pauseAt: number | undefined;
  #lastFailure: string | undefined;
  #finishing = false;

  constructor(id: string, job: Job, tools: JobRunTools) {
    this.id = id;
    this.job = job;
    this.#tools = tools;
    this.#checkpoints = new Checkpoints(tools.store, id);
    this.#report = new RunReport(job);
    this.#snapshots = snapshotsOf(job);
    this.#tick = setInterval(() => this.#look(), TICK_MS);
    this.#keep(this.#open());
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
    this.#strikes.forget(member.id);
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
    const shard = this.#plans.get(message.plan)?.shards.get(member.id);
    if (!shard) return;
    switch (message.type) {
      case 'ready':
        return this.#ready(member, message.plan);
      case 'epoch':
        return this.#epoch(member, message);
      case 'upload':
        return this.#keep(this.#answerUpload(member, shard, message));
      case 'stored':
        return this.#stored(member, message);
      case 'failed':
        return this.#failed(member, message);
    }
  }

  /** Resolves when nothing of the run goes on any more. */
  async close(): Promise<void> {
    if (!this.ended) this.#leave('stopped', 'the coordinator is closing');
    await Promise.all(this.#background);
  }

  async #open(): Promise<void> {
    await this.#checkpoints.open();
    await this.#tools.result.start();
    // A checkpoint is beyond the first step, for which alone peers are waited for.
    this.#started = this.#checkpoints.newest !== undefined;
    this.#opened = true;
    this.#begin();
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
    if (!this.#opened || this.ended || this.#finishing) return;
    const fleet = this.#candidates();
    const missing = (this.#started ? 1 : this.job.run.peers) - fleet.length;
    if (missing > 0) {
      const failure = this.#lastFailure === undefined ? '' : `; the last failure: ${this.#lastFailure}`;
      return this.#wait(`waits for ${missing} more ${missing === 1 ? 'peer' : 'peers'}${failure}`);
    }
    const share = shareOut(this.job, fleet);
    if (share.kind === 'too-small') return this.#wait(share.reason);
    const step = this.#checkpoints.newest;
    this.#follow(step ?? 0, { kind: step === undefined ? 'initial' : 'checkpoint' }, share.shards);
  }

  #wait(reason: string): void {
    this.#course = undefined;
    this.#tools.document.setPlan(undefined);
    this.#enter('waiting', reason);
  }

  #follow(from: number, source: Plan['source'], shards: PlanShards): void {
    const { exchangeEvery, epoch } = this.job.run;
    const id = this.#tools.nextPlan();
    const plan: Plan = { id, job: this.id, from, source, exchangeEvery, epoch, shards };
    this.#started = true;
    this.#plans.set(id, { from, shards: new Map(shards.map(({ peer, box }) => [peer, box])) });
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
    // Whoever leaves hands over to the others now, and they go on.
    this.#pauseAt = undefined;
    this.#follow(course.until, { kind: 'transfer', shards: course.plan.shards }, share.shards);
  }

  /**
   * Nobody can take over what the leaving peers hold: one more epoch, a checkpoint at its end, and then they may
   * go. The job waits for others.
   */
  #pauseForLeavers(course: Course): void {
    const needed = [...this.#leaving].some((peer) => course.needs(peer));
    // A checkpoint under way comes first; its seal brings us here again.
    if (!needed || this.#pauseAt !== undefined || this.#checkpoint) return;
    const before = course.until;
    course.extendByEpoch(this.job.steps);
    this.#pauseAt = course.until;
    this.#grant(course, before);
  }

  /** What was computed since the newest sealed checkpoint is lost; it is computed again by whoever is left. */
  #goBack(reason: string): void {
    this.#tools.log('back', { job: this.id, reason, to: this.#checkpoints.newest ?? 0 });
    this.#setbacks += 1;
    if (this.#setbacks > MOST_SETBACKS)
      return this.#end('failed', `gave up after ${MOST_SETBACKS} setbacks: ${reason}`);
    this.#plans.clear();
    this.#ledger.clear();
    this.#checkpoint = undefined;
    this.#pauseAt = undefined;
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
    const before = course.until;
    if (this.#pauseAt === undefined && course.extend(this.job.steps)) this.#grant(course, before);
  }

  /** Tells peers that could go as far as `before` how far they may go now, with a checkpoint there when one is due. */
  #grant(course: Course, before: number): void {
    const snapshots = this.#snapshotsIn(before, course.until);
    for (const step of snapshots) this.#ledger.owe(step, course.peers);
    const sinceLast = Date.now() - this.#checkpointed;
    // Whoever leaves waits for the checkpoint under way, and is not made to wait for yet another.
    const regular = this.#leaving.size === 0 && sinceLast >= this.job.run.checkpointSeconds * 1000;
    const due = this.#pauseAt !== undefined || regular;
    if (due && !this.#checkpoint && course.until < this.job.steps) {
      this.#checkpoint = { step: course.until, owed: new Set(course.peers) };
      this.#checkpointed = Date.now();
    }
    const checkpoints = this.#checkpoint ? [this.#checkpoint.step] : [];
    // Each epoch is reported; each snapshot asks for addresses, and is reported.
    const answers = Math.ceil((course.until - before) / course.plan.epoch) + 2 * snapshots.length;
    for (const member of this.#membersOf(course.peers)) {
      member.allow(answers);
      member.send({ type: 'grant', plan: course.plan.id, until: course.until, checkpoints });
    }
  }

  /** Steps after `before`, up to `until`, of which an output keeps a snapshot. */
  #snapshotsIn(before: number, until: number): readonly number[] {
    const steps = Array.from({ length: until - before }, (_, i) => before + 1 + i);
    return steps.filter((step) => this.#snapshots.has(step));
  }

  async #answerUpload(
    member: Member,
    shard: Box,
    message: Extract<RunMessage, { type: 'upload' }>,
  ): Promise<void> {
    const right = { job: this.job, id: this.id, shard, checkpoint: this.#checkpoint?.step };
    const objects = [];
    for (const { key, bytes } of message.objects) {
      if (!mayUpload(right, key)) return member.dismiss('upload', `${key} is not this peer's to store`);
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
      this.#sealing = this.#sealing.then(() => this.#seal(checkpoint.step));
      this.#keep(this.#sealing);
    }
    this.#releaseLeavers();
    this.#finishIfDone();
  }

  async #seal(step: number): Promise<void> {
    await this.#tools.result.flush();
    await this.#checkpoints.seal(step);
    this.#strikes.forgive();
    this.#forgetBefore(step);
    if (step !== this.#pauseAt) {
      if (this.#leaving.size > 0) this.#reconsider();
      return;
    }
    this.#pauseAt = undefined;
    // What they hold is safe; that they go sends the run back to where it is.
    this.#tell([...this.#leaving], { type: 'released' });
  }

  /** Nothing more is heard on plans that others had taken over from before a sealed step. */
  #forgetBefore(step: number): void {
    const plans = [...this.#plans];
    for (const [i, [id]] of plans.entries()) {
      const next = plans[i + 1];
      if (next && next[1].from < step) this.#plans.delete(id);
    }
  }

  #failed(member: Member, { reason, peer }: Extract<RunMessage, { type: 'failed' }>): void {
    const other = this.#tools.members().find(({ id }) => id === peer);
    const slowerFirst = other && [member, other].sort((a, b) => a.ability.rate - b.ability.rate);
    const benched = slowerFirst
      ? this.#strikes.pair((slowerFirst[0] as Member).id, (slowerFirst[1] as Member).id)
      : peer === undefined
        ? this.#strikes.alone(member.id)
        : undefined;
    this.#lastFailure = `${member.name}: ${reason}`;
    if (benched) this.#tools.log('benched', { job: this.id, peer: benched, reason });
    this.#goBack(this.#lastFailure);
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
        await this.#sealing;
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
        for (const member of this.#membersOf(stall.peers))
          member.dismiss('silent', 'no answer while the others waited');
        return;
      case 'stuck':
        this.#stall.moved(Date.now());
        return this.#goBack('nothing moved, though every peer answers');
    }
  }

  #tell(peers: readonly PeerId[], message: ToPeer): void {
    for (const member of this.#membersOf(peers)) member.send(message);
  }

  #membersOf(peers: readonly PeerId[]): readonly Member[] {
    const wanted = new Set(peers);
    return this.#tools.members().filter(({ id }) => wanted.has(id));
  }

  #enter(state: JobState, reason?: string): void {
    const shown = reason?.slice(0, MAX_REASON_LENGTH);
    // Each plan enters `running` again; the job's file need not go to everybody with it.
    const known = state === this.#state && shown === this.#reason;
    this.#state = state;
    this.#reason = shown;
    if (!known) {
      const { id, job } = this;
      const because = shown !== undefined && { reason: shown };
      this.#tools.document.setJob({ id, file: job.file, state, ...because });
    }
    this.#tools.onChange();
  }

  /** Ends the job for good, or until somebody resumes it. */
  #end(state: JobState, reason?: string): void {
    if (this.ended) return;
    this.#leave(state, reason);
    const end: JobEnd = {
      version: 1,
      state,
      ...(reason !== undefined && { reason }),
      ended: new Date().toISOString(),
    };
    this.#keep(this.#tools.store.put(jobEndKey(this.id), new TextEncoder().encode(JSON.stringify(end))));
  }

  /** Ends the run. Without a record of its end, the job is one that may go on. */
  #leave(state: JobState, reason?: string): void {
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
