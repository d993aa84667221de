import type { Box } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import { cellsHeld, memoryShortfall } from '../../core/job/memory.js';
import { boundOf } from '../../core/plan/bound.js';
import type { Candidate } from '../../core/plan/candidate.js';
import { costOf, memoryOf, type Pace } from '../../core/plan/cost.js';
import { partOf } from '../../core/plan/fleet.js';
import { inPlace, isRearranged } from '../../core/plan/in-place.js';
import { KnownFleet, type MeasuredLink } from '../../core/plan/known-fleet.js';
import { LEAST_GAIN, movingSeconds, worthMoving } from '../../core/plan/moving.js';
import { type PlanOptions, planFleet, settingOf } from '../../core/plan/plan-fleet.js';
import { usableByRate } from '../../core/plan/search.js';
import { expectedOf, type Promised, TrackRecord } from '../../core/plan/track-record.js';
import { updatesOf } from '../../core/plan/updates.js';
import { type Work, workOf } from '../../core/plan/work.js';
import { holdersIn, isShadow } from '../../core/protocol/holders.js';
import type { ToldLink } from '../../core/protocol/messages.js';
import type { PeerId, Plan, PlanShards } from '../../core/protocol/plan.js';
import { MOST_DRIFT_STEPS } from '../../core/trust/classes/drift.js';
import type { Member } from '../room/conductor.js';
import { type Assignment, assignmentOf, oneMoreOf } from './assignment.js';
import { type Cast, castOfAll, castOfPairs, castWithVolunteers } from './cast.js';
import type { Course } from './course.js';
import type { Crew } from './crew.js';
import { handoverSeconds } from './handover-seconds.js';
import { type Acquaintance, kinshipOf } from './pairs.js';
import { SecondLook } from './second-look.js';
import type { Troubles } from './troubles.js';

/** How shards go about their exchanges (`core/peer/stepping.ts`). */
const OVERLAP: Pace['overlap'] = 'band';

/** Seconds that a change of plan takes beside the cells it moves: links, shards and their media are made anew. */
const CHANGE_SECONDS = 0.5;

/** A run is to go on for so many times what the change takes, before it is interrupted for a shadow. */
const SHADOW_RETURN = 6;

/** The same peers change places no more often than so: what tells them apart may be a bad moment of a link. */
const REARRANGE_SECONDS = 600;

/** What one more peer would save is for people to read: it is found out anew no more often than so. */
const ONE_MORE_SECONDS = 20;

/** A shard, and who has its cells. */
type Held = PlanShards[number];

/** How a run may begin. */
export type Start =
  | { readonly kind: 'go'; readonly assignment: Assignment }
  | { readonly kind: 'wait'; readonly reason: string };

/** How a run under way may go on with the peers that are there now. */
export type Change =
  /** The plan it has cannot be handed on yet. */
  | { readonly kind: 'not-yet' }
  /** It is good enough. */
  | { readonly kind: 'keep'; readonly assignment: Assignment }
  | { readonly kind: 'move'; readonly assignment: Assignment }
  /** Those who stay cannot hold the job. */
  | { readonly kind: 'too-few' };

/** Decides who computes what, and how often they exchange. */
export class Staffing {
  readonly #job: Job;
  readonly #work: Work;
  readonly #crew: Crew;
  readonly #troubles: Troubles;
  readonly #known: KnownFleet;
  readonly #options: PlanOptions;
  readonly #acquaintance: Acquaintance | undefined;
  readonly #secondLook = new SecondLook();
  readonly #record = new TrackRecord();
  /** What the run went over to its present plan from. */
  #left: Plan | undefined;
  /** When peers changed places last, in seconds. */
  #rearranged = Number.NEGATIVE_INFINITY;
  /** Of whom it was found out last, and when, in seconds. */
  #oneMore: { readonly peers: string; readonly at: number; readonly is: Assignment['oneMore'] } | undefined;

  /** `acquaintance`: left out where nobody is checked; then nobody is anybody's shadow. */
  constructor(job: Job, crew: Crew, troubles: Troubles, acquaintance?: Acquaintance) {
    const { use, exchangeEvery } = job.run;
    this.#job = job;
    this.#work = workOf(job);
    this.#crew = crew;
    this.#troubles = troubles;
    this.#acquaintance = job.file.trust.check === 'off' ? undefined : acquaintance;
    this.#known = new KnownFleet((ability) => cellsHeld(job, ability) * this.#work.bytesHeld);
    this.#options = { overlap: OVERLAP, use, exchangeEvery };
  }

  /** A plan from a state that peers hold, or that is in the store, for `atLeast` peers or more. */
  start(atLeast: number, held: readonly Held[] = []): Start {
    const peers = this.#candidates();
    const missing = atLeast - peers.length;
    if (missing > 0) {
      const { lastFailure } = this.#troubles;
      const failure = lastFailure === undefined ? '' : `; the last failure: ${lastFailure}`;
      const reason = `waits for ${missing} more ${missing === 1 ? 'peer' : 'peers'}${failure}`;
      return { kind: 'wait', reason };
    }
    const best = this.#best(peers, undefined, held);
    if (best) return { kind: 'go', assignment: this.#assignment(best.cast, best.plan) };
    const shortfall = memoryShortfall(
      this.#job,
      peers.map(({ ability }) => ability),
    );
    return { kind: 'wait', reason: shortfall ?? 'the state cannot be cut to fit the memory of each peer' };
  }

  /**
   * Whether to go over to another plan: where peers of the present one leave, where the job wants all and there are more, and
   * where another is worth the move. Where shards can have shadows that have none, or of another owner where that tells more,
   * the same plan again with those.
   *
   * `measured`: seconds a step that the present plan has taken lately, where that is to count for its record.
   */
  change(course: Course, measured?: number): Change {
    const { plan, until } = course;
    if (!course.allReady || until >= this.#job.steps) return { kind: 'not-yet' };
    const peers = this.#candidates();
    const best = this.#best(peers, plan, plan.shards);
    const cast = best?.cast ?? castOfAll(peers, this.#known);
    const present = this.#underWay(plan, cast);
    if (present && measured !== undefined) this.#record.took(promised(cast, present), measured, seconds());
    if (!best) return present ? this.#keep(cast, present, plan) : { kind: 'too-few' };
    const remainingSteps = this.#job.steps - until;
    const next = present ? this.#bestKnown(cast, present, best.plan) : best.plan;
    if (!present || this.#isToChange(cast, present, next, remainingSteps)) {
      this.#secondLook.forget();
      this.#left = plan;
      if (present && isRearranged(present, next)) this.#rearranged = seconds();
      return { kind: 'move', assignment: this.#assignment(cast, next) };
    }
    if (this.#isToShadow(plan, cast, present, remainingSteps) || this.#hasDrifted(course)) {
      return { kind: 'move', assignment: this.#assignment(cast, present) };
    }
    return this.#keep(cast, present, plan);
  }

  /** A peer made `steps` steps of its shard in so many seconds of computing. */
  computed(member: Member, { exchangeEvery }: Plan, shard: Box, steps: number, seconds: number): void {
    const exchanges = Math.floor(steps / exchangeEvery);
    const rest = steps % exchangeEvery;
    const whole = updatesOf(this.#work, shard, exchangeEvery);
    const last = updatesOf(this.#work, shard, rest);
    this.#known.computed(member, {
      updates: exchanges * whole.all + last.all,
      swept: exchanges * whole.swept + last.swept,
      steps,
      exchanges: exchanges + Math.sign(rest),
      seconds,
    });
  }

  /** A peer has not made the steps from one exchange to the next of its shard in so many seconds. */
  hangs(member: Member, { exchangeEvery }: Plan, shard: Box, seconds: number): void {
    this.#known.atMost(member, updatesOf(this.#work, shard, exchangeEvery).all / seconds);
  }

  /** What a peer has measured of its links; those to peers that compute nothing of the plan count for nothing. */
  linked(member: Member, plan: Plan, links: readonly ToldLink[]): void {
    const holders = holdersIn(plan);
    for (const link of links) {
      if (holders.some(({ peer }) => peer === link.peer)) this.#known.linked(member.id, link.peer, link);
    }
  }

  /** Those that have been measured. */
  get links(): readonly MeasuredLink[] {
    return this.#known.links;
  }

  /** Seconds in which the cells of a plan change hands, by what is known of the links that they take. */
  handoverSeconds(plan: Plan): number {
    return handoverSeconds(plan, this.#work.bytesHeld, this.#known.transferRates);
  }

  /** The peer is gone. */
  lost(peer: PeerId): void {
    this.#known.forget(peer);
  }

  #candidates(): readonly Member[] {
    return this.#crew.candidates((peer) => this.#troubles.isBenched(peer));
  }

  /** The plan under way, as what is known now lets expect of it; undefined where one of its peers is not to compute any more. */
  #underWay(plan: Plan, { peers, fleet }: Cast): Candidate | undefined {
    const shards = plan.shards.map(({ peer, box }) => ({
      member: peers.findIndex(({ id }) => id === peer),
      box,
    }));
    if (shards.some(({ member }) => member < 0)) return undefined;
    const ordered = shards.toSorted((a, b) => a.member - b.member);
    const members = ordered.map(({ member }) => member);
    const boxes = ordered.map(({ box }) => box);
    const pace = { exchangeEvery: plan.exchangeEvery, epoch: plan.epoch, overlap: OVERLAP };
    return { members, shards: boxes, pace, cost: costOf(this.#work, partOf(fleet, members), boxes, pace) };
  }

  /** What the model takes for the best; or the plan that was left for the present one, where that has turned out to be better. */
  #bestKnown(cast: Cast, present: Candidate, best: Candidate): Candidate {
    const before = this.#left && this.#underWay(this.#left, cast);
    const isLess = before && this.#job.run.use === 'all' && before.members.length < best.members.length;
    if (!before || isLess) return best;
    const of = (plan: Candidate) => this.#expected(cast, present, plan).other;
    return of(before) < of(best) ? before : best;
  }

  /** Two plans by what is known now, and by what they have taken when they were tried. */
  #expected(cast: Cast, present: Candidate, other: Candidate) {
    const [plan, another] = [promised(cast, present), promised(cast, other)];
    const now = seconds();
    return expectedOf(
      { plan, outcome: this.#record.of(plan, now) },
      { plan: another, outcome: this.#record.of(another, now) },
    );
  }

  #isToChange(cast: Cast, present: Candidate, next: Candidate, remainingSteps: number): boolean {
    if (this.#job.run.use === 'all' && next.members.length > present.members.length) return true;
    if (isRearranged(present, next) && seconds() - this.#rearranged < REARRANGE_SECONDS) return false;
    const { peers, fleet } = cast;
    const cells = movingSeconds(fleet, placed(present), placed(next), this.#work.bytesHeld);
    const expected = this.#expected(cast, present, next);
    const ofPeers = this.#known.scatter(present.members.map((member) => peers[member]?.id as PeerId));
    const isWorthIt = worthMoving({
      present: expected.present,
      better: expected.other,
      remainingSteps,
      moving: CHANGE_SECONDS + cells,
      scatter: Math.max(ofPeers, expected.scatter),
    });
    if (!isWorthIt) this.#secondLook.forget();
    return isWorthIt && this.#secondLook.confirms(1 - expected.other / expected.present, Date.now());
  }

  /** The best plan of those who are there now, and who may be whose shadow in it. `plan` is the one under way, if one is. */
  #best(peers: readonly Member[], plan: Plan | undefined, held: readonly Held[]) {
    for (const cast of this.#casts(peers, plan)) {
      const present = plan && this.#underWay(plan, cast);
      if (present && this.#isUnbeatable(cast, present)) return { cast, plan: present };
      const best = planFleet(this.#work, cast.fleet, this.#options);
      if (!best) continue;
      const placeOf = new Map(cast.peers.map(({ id }, place) => [id, place]));
      const places = held.flatMap(({ peer, box }) => {
        const place = placeOf.get(peer);
        return place === undefined ? [] : [[place, box] as const];
      });
      const setting = { work: this.#work, fleet: cast.fleet };
      return { cast, plan: inPlace(setting, new Map(places), best) };
    }
    return undefined;
  }

  /** Whether no plan can be better by so much that a run would change for it. To look for one takes a tenth of a second and more. */
  #isUnbeatable({ peers, fleet }: Cast, present: Candidate): boolean {
    const { use, exchangeEvery } = this.#options;
    const usable = usableByRate({ work: this.#work, fleet, exchangeEvery });
    if (use === 'all' && present.members.length < usable.length) return false;
    const { together, alone } = boundOf(this.#work, fleet);
    const { secondsPerStep } = present.cost;
    const ratio = this.#record.of(promised({ peers }, present), seconds())?.ratio ?? 1;
    const within = (most: number) => most * (1 - LEAST_GAIN);
    // One alone is held against what the present plan takes, others against what the model says of it.
    return together >= within(secondsPerStep) && alone >= within(secondsPerStep * ratio);
  }

  /** What can be cast, the best first: where pairs cannot hold the job, all of them together may. */
  #casts(peers: readonly Member[], plan: Plan | undefined): readonly Cast[] {
    const { replicas } = this.#job.file.trust;
    if (!this.#acquaintance || replicas === 1) return [castOfAll(peers, this.#known)];
    const all = castWithVolunteers(peers, this.#known, this.#acquaintance, this.#work, plan);
    const pairs = replicas === 2 && castOfPairs(peers, this.#known, this.#acquaintance, plan);
    return pairs ? [pairs, all] : [all];
  }

  /** Whether shards can have shadows that have none, or of another owner, and the run goes on for long enough to be worth the change. */
  #isToShadow(plan: Plan, cast: Cast, present: Candidate, remainingSteps: number): boolean {
    if (remainingSteps * present.cost.secondsPerStep <= SHADOW_RETURN * CHANGE_SECONDS) return false;
    const shadows = cast.shadowsOf(present);
    const idle = shadows.filter(({ peer }) => !isShadow(plan, peer));
    const isOpen = (plan.shadows?.length ?? 0) < plan.shards.length;
    if (isOpen && idle.length > 0) return true;
    const peers = present.members.map((member) => cast.peers[member]?.id);
    const areMore = this.#ofTwoOwners(peers, shadows) > this.#ofTwoOwners(peersOf(plan), plan.shadows);
    return areMore && this.#fits(cast, present);
  }

  /**
   * How many shards have a shadow of another owner than their peer. Such pairs stay together, and so do those of one owner that are of use
   * (`pairUp`): a run goes over to more of them, and never back.
   */
  #ofTwoOwners(peers: readonly (PeerId | undefined)[], shadows: Plan['shadows'] = []): number {
    const ownerOf = (peer: PeerId | undefined) =>
      peer === undefined ? undefined : this.#crew.member(peer)?.owner;
    return shadows.filter(({ peer, shard }) => ownerOf(peer) !== ownerOf(peers[shard])).length;
  }

  /** Whether those who compute a shard each have the memory for it. */
  #fits({ fleet }: Cast, { members, shards, pace }: Candidate): boolean {
    return members.every((member, place) => {
      const bytes = memoryOf(this.#work, shards[place] as Box, pace.exchangeEvery);
      return bytes <= (fleet.peers[member]?.memory ?? 0);
    });
  }

  /** Whether a shard's peer and its shadow have rounded differently for so long that both are to begin with the same state again. */
  #hasDrifted({ plan, until }: Course): boolean {
    if (until - plan.from < MOST_DRIFT_STEPS) return false;
    const member = (peer: PeerId | undefined) => (peer === undefined ? undefined : this.#crew.member(peer));
    return (plan.shadows ?? []).some(({ peer, shard }) => {
      const [own, other] = [member(plan.shards[shard]?.peer), member(peer)];
      if (!own || !other || !this.#acquaintance) return false;
      return kinshipOf(this.#acquaintance, own, other) !== 'alike';
    });
  }

  /** The plan under way goes on. */
  #keep(cast: Cast, present: Candidate, plan: Plan): Change {
    const placeOf = new Map(present.members.map((member, place) => [cast.peers[member]?.id, place]));
    const shadows = (plan.shadows ?? []).map(({ peer, shard }) => ({
      peer,
      shard: placeOf.get(plan.shards[shard]?.peer) ?? shard,
    }));
    return { kind: 'keep', assignment: this.#assignment({ ...cast, shadowsOf: () => shadows }, present) };
  }

  #assignment(cast: Cast, chosen: Candidate): Assignment {
    const setting = settingOf(this.#work, cast.fleet, this.#options);
    const peers = chosen.members.map((member) => cast.peers[member]?.id).join(' ');
    if (this.#oneMore?.peers !== peers || seconds() - this.#oneMore.at > ONE_MORE_SECONDS) {
      this.#oneMore = { peers, at: seconds(), is: oneMoreOf(setting, cast, chosen) };
    }
    return assignmentOf(setting, cast, chosen, this.#oneMore.is);
  }
}

const seconds = () => performance.now() / 1000;

const peersOf = ({ shards }: Plan) => shards.map(({ peer }) => peer);

const promised = ({ peers }: Pick<Cast, 'peers'>, { members, pace, cost }: Candidate): Promised => ({
  peers: members.map((member) => peers[member]?.id as PeerId),
  exchangeEvery: pace.exchangeEvery,
  secondsPerStep: cost.secondsPerStep,
});

const placed = ({ members, shards }: Candidate) =>
  members.map((peer, place) => ({ peer, box: shards[place] as PlanShards[number]['box'] }));
