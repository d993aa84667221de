import type { PeerId } from '../../core/protocol/plan.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Departures } from './departures.js';
import { Divergence } from './divergence.js';
import { Doubt, HEARD_WITHIN_MS } from './doubt.js';
import type { JobParts } from './job-parts.js';
import type { Planning } from './planning.js';
import type { Succession } from './succession.js';

/** A peer that could not go on: why, and for want of which other one, where it was for that. */
interface Failure {
  readonly reason: string;
  readonly peer?: PeerId | undefined;
}

/** Has the run go back where what was computed is lost or wrong, or give up where that would not help. */
export class Setbacks {
  readonly #run: JobParts;
  readonly #planning: Planning;
  readonly #departures: Departures;
  readonly #succession: Succession;
  /** Who was, and up to which step right: a peer may be found out by what it computed, vouched for and stored. */
  readonly #foundOut = new Map<PeerId, number>();
  /** By plan and peer: who could not load something, while it is found out whether it is the one to blame. */
  readonly #lookedInto = new Set<string>();
  readonly #divergence = new Divergence();
  readonly #doubt = new Doubt();

  constructor(run: JobParts, planning: Planning, departures: Departures, succession: Succession) {
    this.#run = run;
    this.#planning = planning;
    this.#departures = departures;
    this.#succession = succession;
  }

  /**
   * What was computed since the newest copies, or the newest sealed checkpoint, is lost, or all that was computed after the first
   * `right` steps; it is computed again by whoever is left.
   */
  goBack(reason: string, right = Number.POSITIVE_INFINITY): void {
    const { id, copies, safe, tools, troubles, plans, vetting, life, report } = this.#run;
    // A check that was under way may find somebody out still.
    if (life.ended) return;
    this.close();
    this.#divergence.wentBack();
    copies.giveUp();
    const held = this.#planning.newerCopies;
    // What is owed as of then, or before, is not made again from copies; and copies that could not be loaded are none. While a field is in
    // doubt nothing is safe but what is sealed: copies may be infinite, and nobody looks.
    const isOfUse = held && held.step <= right && safe.isSafeThrough(held.step) && !this.#isLoadingCopies;
    if (!isOfUse) copies.clear();
    const to = isOfUse ? held.step : (safe.newest?.step ?? 0);
    tools.log('back', { job: id, reason, from: this.#run.step ?? to, to });
    const givenUp = troubles.wentBack(reason);
    if (givenUp !== undefined) return life.end({ state: 'failed', reason: givenUp });
    plans.clear();
    this.#run.samples.clear();
    vetting?.goBack();
    // No plan stands, and nobody is needed for one.
    life.reopen(reason);
    report.pause();
    life.keep(this.#beginAgain(right));
    this.#departures.releaseFree();
  }

  /** A peer could not go on. Where a sealed state is not what was sealed, that is why, and the run goes back to one before it. */
  async couldNotGoOn(member: Member, message: Extract<RunMessage, { type: 'failed' }>): Promise<void> {
    const { id, tools, plans, life } = this.#run;
    const { plan, object } = message;
    if (object === undefined) return this.failed(member, message);
    const spoilt = await this.#lookInto(`${plan} ${member.id}`, object);
    // Others may have found the same meanwhile, or the peer is gone.
    const isOver = life.ended || life.phase.kind === 'finishing' || !plans.shardOf(plan, member.id);
    if (isOver || spoilt === 'looked into') return;
    if (spoilt === undefined) return this.failed(member, message);
    if (this.#run.course?.plan.id !== plan) return;
    tools.log('not-as-sealed', { job: id, object });
    this.goBack(`${object} is not what was sealed`, spoilt - 1);
  }

  /** As `Safekeeping.spoilt`. However often a peer says under one plan that it could not go on, one object is read for it. */
  async #lookInto(who: string, object: string): Promise<number | undefined | 'looked into'> {
    if (this.#lookedInto.has(who)) return 'looked into';
    this.#lookedInto.add(who);
    try {
      return await this.#run.safe.spoilt(object);
    } finally {
      this.#lookedInto.delete(who);
    }
  }

  /** A peer could not go on. Who fails twice is left out. */
  failed(member: Member, failure: Failure): void {
    this.#strike(member, failure);
    if (!this.#succession.retire(member.id, failure.reason)) this.goBack(`${member.name}: ${failure.reason}`);
  }

  /**
   * A peer cannot reach another one that has a shadow, or is one. Whoever answers for a shard is believed: it is the other that goes. A
   * shadow that complains goes itself.
   */
  missed(member: Member, { reason, peer }: Extract<RunMessage, { type: 'missed' }>): void {
    const { course } = this.#run;
    if (!course?.holders.includes(peer)) return;
    if (this.#succession.isShadow(member.id)) return this.failed(member, { reason });
    this.#strike(member, { reason, peer });
    if (!this.#succession.retire(peer, reason)) this.goBack(`${member.name}: ${reason}`);
  }

  /** What a peer computed may be wrong, and whose fault that is cannot be told: its own, or that of another one. */
  doubted(member: Member, failure: Failure): void {
    this.#strike(member, failure);
    this.goBack(`${member.name}: ${failure.reason}`);
  }

  /** What a peer stored is of no use, and it may not be its fault: it is struck where it is still there, and no name suffers. */
  spoilt(teller: PeerId, why: string, right: number): void {
    const member = this.#run.crew.member(teller);
    if (member) this.#strike(member, { reason: why });
    this.goBack(why, right);
  }

  /**
   * A peer computes wrongly: it is shut out, and what it had a part in after `right` steps is computed again, undefined where it had none;
   * so is what others computed after `vouched` steps, for which it vouched.
   */
  foundOut(peer: PeerId, why: string, right: number | undefined, vouched?: number): void {
    const { id, crew, tools, troubles } = this.#run;
    const least = Math.min(right ?? Number.POSITIVE_INFINITY, vouched ?? Number.POSITIVE_INFINITY);
    const known = this.#foundOut.get(peer);
    if (known !== undefined && known <= least) return;
    this.#foundOut.set(peer, least);
    const member = crew.member(peer);
    tools.log('found-out', { job: id, peer, name: member?.name, why, right, vouched });
    troubles.foundOut();
    // Nobody goes by what a shadow computes.
    const isReplaced = this.#succession.isShadow(peer) && this.#succession.retire(peer, why);
    const back = isReplaced ? (vouched ?? Number.POSITIVE_INFINITY) : least;
    if (Number.isFinite(back)) {
      // Whatever became infinite may have been its doing.
      this.#divergence.forget();
      this.goBack(`${member?.name ?? peer} was found out: ${why}`, back);
    }
    member?.dismiss('quarantined', `${why}; what this device computes cannot be used`);
  }

  /** The store fails for a peer. It waits; but where others get on meanwhile, it is the peer's own way that fails. */
  held(member: Member, { reason }: Extract<RunMessage, { type: 'held' }>): void {
    const { troubles, life } = this.#run;
    if (troubles.held(member, reason)) return this.failed(member, { reason });
    life.show();
  }

  /**
   * Where peers are checked, a peer that lies may be what made it diverge, or may only say so: that is found out meanwhile, or else it
   * is computed once more. Who is alone with it then is left out.
   */
  diverged(member: Member, message: Extract<RunMessage, { type: 'diverged' }>): void {
    const { course, vetting, safe, troubles } = this.#run;
    // What its shard's peer says counts.
    if (this.#succession.isShadow(member.id)) return this.failed(member, { reason: 'its field diverged' });
    if (!vetting || !course?.plan.signed) return this.#giveUp(member, message);
    const step = Math.min(message.step, course.until);
    const isEnough = vetting.believes(member.id) || !this.#isAnybodyElseThere(member);
    const belief = this.#divergence.hear({ owner: member.owner, step, isEnough }, safe.newest?.step ?? 0);
    if (belief === 'known') return;
    vetting.doubtAll(step);
    const leastMs = belief === 'again' && this.#divergence.isBelieved ? 0 : HEARD_WITHIN_MS;
    this.#doubt.hold(step, leastMs, { vetting, troubles }, () => this.#conclude(belief, member, message));
  }

  close(): void {
    this.#doubt.close();
  }

  /** Nobody has been found out who made the field infinite. */
  #conclude(
    belief: 'new' | 'again',
    member: Member,
    message: Extract<RunMessage, { type: 'diverged' }>,
  ): void {
    const why = `${message.state} is not finite, as ${member.name} found`;
    if (belief === 'new') return this.goBack(why);
    if (this.#divergence.isBelieved) return this.#giveUp(member, message);
    this.#benched(this.#run.troubles.leaveOut(member, why), why);
    this.goBack(`${why}, and nobody else`);
  }

  /** Whether somebody of another owner is there who could compute as well. */
  #isAnybodyElseThere({ owner }: Member): boolean {
    const { crew, troubles } = this.#run;
    return crew.candidates((peer) => troubles.isBenched(peer)).some((other) => other.owner !== owner);
  }

  #strike(member: Member, { reason, peer }: Failure): void {
    const { crew, troubles } = this.#run;
    const other = peer === undefined ? undefined : (crew.member(peer) ?? 'gone');
    this.#benched(troubles.failed(member, reason, other), reason);
  }

  #benched(peer: PeerId | undefined, reason: string): void {
    const { id, tools } = this.#run;
    if (peer !== undefined) tools.log('benched', { job: id, peer, reason });
  }

  get #isLoadingCopies(): boolean {
    const { course } = this.#run;
    return course?.plan.source.kind === 'copies' && !course.allReady;
  }

  async #beginAgain(right: number): Promise<void> {
    const { safe, life } = this.#run;
    await safe.goBack(right);
    if (life.phase.kind === 'opening') this.#planning.begin();
  }

  /** Computed again it would be no better; whoever knows otherwise resumes the job from its newest checkpoint. */
  #giveUp({ name }: Member, { step, state }: Extract<RunMessage, { type: 'diverged' }>): void {
    const { job, life } = this.#run;
    const remedies = ['try a smaller time step', 'look for a division by 0 in the model'];
    if (job.run.keepWavesIn === 'f16') {
      remedies.unshift('choose a larger unit of amplitude, for f16 ends at ±65504', 'keep waves in f32');
    }
    const remedy = remedies.join(', or ');
    const reason = `diverged: ${state} is not finite after step ${step}, as ${name} found; ${remedy}`;
    life.end({ state: 'failed', reason });
  }
}
