import { ProtocolError } from '../../core/errors.js';
import type { Box } from '../../core/grid/box.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Completion } from './completion.js';
import type { Course } from './course.js';
import type { Departures } from './departures.js';
import type { Grants } from './grants.js';
import type { JobParts } from './job-parts.js';
import type { Planning } from './planning.js';
import { recordProbes } from './record-probes.js';
import type { Setbacks } from './setbacks.js';
import type { Succession } from './succession.js';
import { UploadDesk } from './upload-desk.js';

type Heard<T extends RunMessage['type']> = Extract<RunMessage, { type: T }>;

/** What the peer of a shard says of it, and no shadow. */
const ANSWERED_FOR: ReadonlySet<RunMessage['type']> = new Set(['upload', 'stored', 'checkpointed', 'copied']);

/** The rooms that what peers say goes to. */
interface Rooms {
  readonly planning: Planning;
  readonly grants: Grants;
  readonly departures: Departures;
  readonly completion: Completion;
  readonly setbacks: Setbacks;
  readonly succession: Succession;
}

/** Takes in what peers say of the run. On a plan, those are heard who have a shard of it, and only while it stands. */
export class Hearing {
  readonly #run: JobParts;
  readonly #rooms: Rooms;
  readonly #uploads: UploadDesk;

  constructor(run: JobParts, rooms: Rooms) {
    this.#run = run;
    this.#rooms = rooms;
    const owes = (step: number, peer: PeerId) => run.safe.owesSnapshot(step, peer);
    this.#uploads = new UploadDesk(run.tools.store, run.id, run.job, owes);
  }

  heard(member: Member, message: RunMessage): void {
    const { life, troubles, plans, crew } = this.#run;
    if (life.ended || life.phase.kind === 'finishing') {
      if (message.type === 'leave') member.send({ type: 'released' });
      return;
    }
    switch (message.type) {
      case 'leave':
        crew.leaves(member.id);
        this.#rooms.succession.letGo();
        this.#rooms.planning.reconsider();
        return this.#rooms.departures.releaseFree();
      case 'pong':
        return troubles.answered(member.id, message);
      case 'key':
      case 'inspected':
        return;
    }
    const shard = plans.shardOf(message.plan, member.id);
    if (!shard || (plans.isShadow(message.plan, member.id) && ANSWERED_FOR.has(message.type))) return;
    this.#heardOfShard(member, shard, message);
  }

  #heardOfShard(
    member: Member,
    shard: Box,
    message: Exclude<RunMessage, { type: 'leave' | 'pong' | 'key' | 'inspected' }>,
  ): void {
    const { life, safe, copies, vetting } = this.#run;
    const { setbacks } = this.#rooms;
    switch (message.type) {
      case 'ready':
        return this.#ready(member, message.plan);
      case 'epoch':
        return this.#epoch(member, message);
      case 'upload':
        return life.keep(this.#uploads.answer(member, shard, safe.underWay(message.plan), message));
      case 'stored':
        return this.#stored(member, message);
      case 'checkpointed':
        return this.#checkpointed(member, shard, message);
      case 'copied':
        return copies.copied(member.id, message);
      case 'failed':
        return life.keep(setbacks.couldNotGoOn(member, message));
      case 'missed':
        return setbacks.missed(member, message);
      case 'held':
        return setbacks.held(member, message);
      case 'diverged':
        return setbacks.diverged(member, message);
      case 'signed':
        return vetting?.signed(member, message);
      case 'withheld':
        return vetting?.withheld(member, message);
    }
  }

  #ready(member: Member, plan: number): void {
    const { course } = this.#run;
    if (course?.plan.id !== plan) return;
    this.#moved(member);
    course.ready(member.id);
    if (!course.allReady) return;
    this.#rooms.succession.letGo();
    this.#rooms.departures.releaseFree();
    this.#rooms.planning.reconsider();
  }

  #epoch(member: Member, message: Heard<'epoch'>): void {
    const { report, life, course, troubles, staffing, samples, tools, plans } = this.#run;
    plans.reached(message.plan, member.id, message.step);
    const answering = this.#answeringFor(member, message.plan);
    if (answering !== undefined) {
      samples.hold(member.id, message.probes, { answering, until: course?.until ?? 0 });
    } else {
      report.epoch(member, message);
      life.keep(recordProbes(tools.result, member, message.probes));
    }
    if (course?.plan.id !== message.plan) return;
    troubles.reported(member.id);
    this.#measure(member, course, message);
    staffing.linked(member, course.plan, message.links);
    course.report(member.id, message.step);
    troubles.reached(course.slowest);
    report.reached(course.slowest);
    // What it owed before may be done by now.
    if (this.#rooms.succession.letGo()) this.#rooms.departures.releaseFree();
    this.#rooms.grants.extend(course);
    this.#rooms.completion.finishIfDone();
  }

  /** Of a shadow, how far the peer is that answers for its shard; undefined of any other peer. */
  #answeringFor({ id }: Member, plan: number): number | undefined {
    const { course, plans } = this.#run;
    if (!plans.isShadow(plan, id)) return undefined;
    const shard = course?.plan.shadows?.find(({ peer }) => peer === id)?.shard ?? -1;
    const peer = course?.plan.shards[shard]?.peer;
    return peer === undefined ? 0 : (course?.stepOf(peer) ?? 0);
  }

  #measure(member: Member, course: Course, { step, computeSeconds }: Heard<'epoch'>): void {
    const { plans, staffing } = this.#run;
    const before = course.stepOf(member.id);
    const shard = plans.shardOf(course.plan.id, member.id);
    if (before === undefined || shard === undefined || step <= before || step > course.until) return;
    staffing.computed(member, course.plan, shard, step - before, computeSeconds);
  }

  #stored(member: Member, message: Heard<'stored'>): void {
    this.#run.safe.stored(message.step, member.id);
    this.#run.vetting?.stored(member, message);
    this.#moved(member);
    this.#rooms.completion.progressed();
  }

  #checkpointed(member: Member, shard: Box, message: Heard<'checkpointed'>): void {
    try {
      const told = this.#run.safe.checkpointed(member.id, shard, message);
      if (told) this.#run.vetting?.checkpointed(member, message.plan, told);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return member.dismiss(error.code, error.message);
    }
    this.#moved(member);
    this.#rooms.completion.progressed();
  }

  /** A peer has got on with the store's help: it has loaded, or something more is stored. */
  #moved(member: Member): void {
    const { troubles, life } = this.#run;
    troubles.moved();
    if (troubles.storedBy(member.id)) life.show();
  }
}
