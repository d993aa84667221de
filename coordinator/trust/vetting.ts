import type { Job } from '../../core/job/job.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { Asking } from './asking.js';
import { compareEnds } from './both-ends.js';
import { classInJob } from './class-in-job.js';
import type { Judge } from './court.js';
import { noteCredit } from './credit.js';
import { Deposits } from './deposits.js';
import { DoubtedSteps } from './doubted-steps.js';
import { draw, isDrawnBeyond } from './draw.js';
import type { Inspection } from './inspection.js';
import type { Known } from './parties.js';
import { readSigned } from './read-signed.js';
import { Rulings, type RulingsListener } from './rulings.js';
import { SignedBricks } from './signed-bricks.js';
import { SignedPlan, type Silent } from './signed-plan.js';
import { SignedPlans } from './signed-plans.js';
import type { SignedSpan } from './signed-span.js';
import { areSharesShown, canSign, spanSizes, unseenShards } from './span-length.js';
import type { SignedFor, ToldCheckpoint } from './told-checkpoint.js';
import { Trials } from './trials.js';
import { areOfTwoOwners, compareTwins, type Twins, withOtherHalos } from './twins.js';
import { UnlikeShards } from './unlike-shards.js';
import { Unseen } from './unseen.js';

type SignedMessage = Extract<RunMessage, { type: 'signed' }>;

export type VettingTools = Pick<Inspection, 'parties' | 'desk' | 'checker' | 'log'> & {
  readonly court: Judge;
  readonly store: Pick<Store, 'get'>;
};

export interface VettingListener extends RulingsListener {
  readonly tell: (peer: PeerId, message: ToPeer) => void;
  /** Whether the run waits for checks, and for nothing else; or is over. */
  readonly isWaiting: () => boolean;
  readonly failed: (error: unknown) => void;
}

/**
 * Holds what peers compute to what they sign. Spans are compared between neighbours (`compareEnds`), and some of them are
 * computed again (`Trials`): chosen when everybody has signed, so that nobody knows before which. What they bring to the
 * store is read back (`Deposits`). `Rulings` says what follows.
 */
export class Vetting {
  readonly #id: string;
  readonly #job: Job;
  readonly #tools: VettingTools;
  readonly #listener: VettingListener;
  readonly #plans = new SignedPlans();
  readonly #bricks: SignedBricks;
  readonly #asking: Asking;
  readonly #rulings: Rulings;
  readonly #deposits: Deposits;
  /** What peers signed is read in the order in which it came. */
  #reading: Promise<void> = Promise.resolve();
  readonly #unlike: UnlikeShards;
  readonly #trials: Trials;
  readonly #doubted = new DoubtedSteps();
  readonly #unseen: Unseen;

  constructor(id: string, job: Job, tools: VettingTools, listener: VettingListener) {
    const { desk, parties } = tools;
    this.#id = id;
    this.#job = job;
    this.#tools = tools;
    this.#listener = listener;
    this.#bricks = new SignedBricks(job);
    this.#asking = new Asking(job, desk, listener.tell);
    this.#unseen = new Unseen({ plans: this.#plans, parties, believes: (known) => this.#believes(known) });
    const stands = (signed: SignedPlan) => this.#plans.of(signed.plan.id) === signed;
    this.#rulings = new Rulings(parties, listener);
    this.#deposits = new Deposits(job, {
      ...tools,
      ...listener,
      misstored: (by, why, right) => this.#rulings.misstored(by, why, right),
      isUnlike: (plan, shard) => this.#plans.of(plan)?.isUnlike(shard) === true,
    });
    this.#unlike = new UnlikeShards(job, {
      ...tools,
      ...listener,
      asking: this.#asking,
      stands,
      near: (...found) => this.#near(...found),
      apart: (signed, twins) => this.#trials.dispute(signed, twins),
      otherHalos: (by, other) => this.#rulings.contradiction({ kind: 'unsigned halos', by, other }),
      forged: (by) => this.#rulings.forged(by),
      notShown: (by) => this.#rulings.notShown(by),
    });
    this.#trials = new Trials(id, job, {
      ...{
        ...tools,
        ...listener,
        stands,
        rulings: this.#rulings,
        bricks: this.#bricks,
        asking: this.#asking,
      },
      limit: desk.largest,
      whenStored: (span) => this.#deposits.whenStored(span),
      isInDoubt: () => this.#doubted.areOpen,
      isWaiting: () => this.#doubted.areOpen || listener.isWaiting(),
    });
  }

  /**
   * What peers are told of signing: nothing where they cannot be held to a plan, since what they have does not fit what they may sign; where all are
   * the coordinator's own, and believed, only what is stored, so that a store that changes it is found out.
   */
  termsOf(plan: Plan): Pick<Plan, 'signed' | 'unseen'> {
    const limit = this.#tools.desk.largest;
    if (!canSign(this.#job, plan, limit)) return {};
    if (plan.shadows === undefined && plan.shards.every(({ peer }) => this.believes(peer)))
      return { signed: 'states' };
    const unseen = unseenShards(plan, spanSizes(this.#job, plan, limit));
    return { signed: 'spans', ...(unseen.length > 0 && { unseen }) };
  }

  /**
   * Whether a span of the newest plan is to end at `until`, as far as peers may go now: then they have to be told. `isKept`: what they have
   * there is to be stored or copied.
   */
  endSpanAt(until: number, isKept: boolean): boolean {
    const { newest } = this.#plans;
    if (isKept) this.#deposits.keeps(until);
    const areTrusted = newest?.plan.shards.every(({ peer }) => this.#tools.parties.isTrusted(peer));
    const endsSoon = this.#doubted.takeEnd();
    const isEnd = newest?.endSpanAt(until, {
      areTrusted: areTrusted === true,
      isKept: isKept || endsSoon,
    });
    return isEnd ?? false;
  }

  /** Whether shards can be shown where so many peers have the job: what cannot be is held to its shadow alone. */
  areShownBy(peers: number): boolean {
    return areSharesShown(this.#job, peers, this.#tools.desk.largest);
  }

  /** A plan is under way. */
  follow(plan: Plan): void {
    this.#rulings.follow(plan);
    const { parties, desk } = this.#tools;
    const areAlike = (a: PeerId, b: PeerId) =>
      parties.of(a)?.numericalClass === parties.of(b)?.numericalClass;
    if (plan.signed) this.#plans.add(new SignedPlan(this.#job, plan, { areAlike, limit: desk.largest }));
    else this.#plans.takenOver(plan.from);
    this.#unseen.note();
  }

  signed(member: Member, message: SignedMessage): void {
    const reading = this.#reading.then(() => this.#take(member, message));
    this.#reading = reading.catch((error) => this.#listener.failed(error));
  }

  /** A peer says that its part of the snapshots of a step is stored. */
  stored({ id }: Member, { plan, step }: Extract<RunMessage, { type: 'stored' }>): void {
    const signed = this.#plans.of(plan);
    if (signed) this.#deposits.stored(signed.plan, id, step);
  }

  /** A peer says where all bricks of its shard lie. */
  checkpointed({ id }: Member, plan: number, told: ToldCheckpoint): void {
    const signed = this.#plans.of(plan);
    if (signed) this.#deposits.checkpointed(signed.plan, id, told);
  }

  /** What was signed for the bricks of the newest checkpoint, if it is the one at `step`. */
  signedFor(step: number): SignedFor | undefined {
    return this.#deposits.signedFor(step);
  }

  /** A peer has nothing to show. */
  withheld({ id }: Member, { plan, step, reason }: Extract<RunMessage, { type: 'withheld' }>): void {
    if (this.#asking.withheld(id, plan, step))
      this.#tools.log('withheld', { job: this.#id, peer: id, plan, step, reason });
  }

  /** Whether a peer is still to sign, or to show something. */
  owes(peer: PeerId): boolean {
    return this.#plans.owes(peer) || this.#plans.isCompared(peer);
  }

  /** Whether peers of two numerical classes may be held to each other in this job: not where they have drifted apart, and nobody was wrong. */
  get areClassesComparable(): boolean {
    return this.#trials.areClassesComparable;
  }

  /**
   * Whether the newest plan can go on without a peer: it owes nothing of plans before, and nothing is to be found out of it. Its neighbours, and
   * so its heir, would go on with what it sent, and nobody would find out.
   */
  canRetire(peer: PeerId): boolean {
    return !this.#plans.owes(peer) && !this.#trials.concern(peer);
  }

  /** A peer holds nothing of a plan any more; what it sent may be in use until `step`. */
  retire(plan: number, peer: PeerId, step: number): void {
    const signed = this.#plans.of(plan);
    if (!signed) return;
    signed.retire(peer, step);
    this.#unseen.note();
    this.#asking.cancel(peer);
    // Nobody but the peer may have been waited for.
    this.#reading = this.#reading
      .then(() => this.#compareWhatIsWhole())
      .catch((error) => this.#listener.failed(error));
  }

  /** Whether all that was computed up to `step` has been signed and compared, and what was to be checked of it held. */
  isVettedThrough(step: number): boolean {
    return !this.#doubted.areOpen && this.#plans.isVettedThrough(step) && this.#deposits.isClearThrough(step);
  }

  /** The last step up to which all has been signed and compared, and what was to be checked of it held; undefined where nothing is checked. */
  get vettedThrough(): number | undefined {
    if (this.#plans.newest?.plan.signed === 'states') return undefined;
    const steps = [this.#plans.vettedThrough, this.#deposits.clearThrough].filter(
      (step) => step !== undefined,
    );
    return steps.length === 0 ? undefined : Math.min(...steps);
  }

  /** Peers of the newest plan whose shards nobody else computes again. */
  get unseen(): readonly PeerId[] {
    return this.#unseen.now;
  }

  /** Such peers of the newest plan that had any, whatever became of it. */
  get lastUnseen(): readonly PeerId[] {
    return this.#unseen.last;
  }

  /** A peer that has not signed for a span that others have signed for, if there is one. */
  get silent(): Silent | undefined {
    return this.#plans.silent;
  }

  /** The last step up to which every peer of the newest plan is known to have been right: what a run may have to go back behind. */
  get surelyRight(): number {
    const peers = this.#plans.newest?.plan.shards.map(({ peer }) => peer) ?? [];
    return this.#rulings.surelyRight(peers.filter((peer) => !this.believes(peer)));
  }

  /** Whether a peer is the coordinator's own, and not checked. */
  believes(peer: PeerId): boolean {
    return this.#believes(this.#tools.parties.of(peer));
  }

  /** All up to `step` is safe, or the job is done: who computed it is given credit. */
  stands(step: number): void {
    this.#doubted.stand(step);
    this.#tools.parties.stands(step);
    this.#deposits.stands(step);
  }

  /** The field became infinite at `step`, as somebody says: until that is safe, all spans that begin before it are checked of all peers. */
  doubtAll(step: number): void {
    this.#doubted.add(step);
  }

  /** Whether all that was computed up to `step` has been signed and compared. */
  isComparedThrough(step: number): boolean {
    return this.#plans.isComparedThrough(step);
  }

  /** Whether what was computed before `step` is being checked. */
  isCheckedBefore(step: number): boolean {
    return this.#plans.isCheckedBefore(step);
  }

  /** The run goes back: all plans so far are void. */
  goBack(): void {
    this.#doubted.wentBack();
    this.#plans.clear();
    this.#tools.parties.credit.void(-1);
    this.#trials.clear();
    this.#deposits.clear();
    this.#unlike.clear();
    this.#asking.cancelAll();
  }

  /** Resolves when nothing is being checked any more. */
  async close(): Promise<void> {
    this.goBack();
    await this.#reading;
    await this.#trials.close();
    await this.#unlike.close();
    await this.#deposits.close();
  }

  async #take(member: Member, message: SignedMessage): Promise<void> {
    const signed = this.#plans.of(message.plan);
    const known = this.#knownOf(member);
    // One that has been retired since it signed did nothing wrong.
    if (!known || !signed?.isHeldBy(member.id)) return;
    const run = { id: this.#id, job: this.#job, plan: signed.plan };
    const span = await readSigned(this.#tools.parties, run, { member, known }, message);
    if (this.#plans.of(message.plan) !== signed || !signed.isHeldBy(member.id)) return;
    if (typeof span === 'string')
      return member.dismiss('signed', `${span}; write it as docs/protocol.md says`);
    if (!signed.hasEndAt(span.statement.step))
      return member.dismiss('signed', 'a span ends where peers were told that it does');
    if (!signed.continues(member.id, span.statement))
      return member.dismiss('signed', 'a span begins where the one before it ended, and ends after it began');
    signed.add(span);
    this.#compareWhatIsWhole();
  }

  /** In the order in which it was computed: what a plan starts from is what the one before it came to. */
  #compareWhatIsWhole(): void {
    for (const signed of this.#plans) {
      for (let group = signed.takeWhole(); group; group = signed.takeWhole()) {
        const isHeirToOthers = (shard: number) => signed.isHeirToOthers(shard);
        const contradiction = compareEnds(
          this.#job,
          signed.plan,
          group,
          (shard) => signed.isSignedWhole(shard),
          isHeirToOthers,
        );
        if (contradiction) return this.#rulings.contradiction(contradiction);
        for (const shard of withOtherHalos(group)) signed.grewUnlike(shard);
        this.#deposits.compared(signed.plan, group);
        const { agreed, disputes, unlike } = compareTwins(group, (shard) => signed.isUnlike(shard));
        for (const { peer, shadow } of unlike) this.#trials.noteStarts(signed, [peer, shadow]);
        for (const dispute of disputes) this.#trials.dispute(signed, dispute);
        this.#unlike.compare(signed, group, unlike);
        const isLater = ({ peer }: SignedSpan) => unlike.some((twins) => twins.peer.peer === peer);
        const drawn = new Set(draw(this.#tools.parties, signed, group, (shard) => agreed.has(shard)));
        for (const span of group.byShard.values()) {
          const { shard, from } = span.statement;
          if (!drawn.has(span) && !this.#doubted.concern(from)) continue;
          // Of an heir's first span others have stored a part, which is not as it signs.
          const isMixed = isHeirToOthers(shard);
          const canBeShown = signed.sizes.canBeShown.has(shard);
          if (canBeShown && !this.#believes(span.known) && !isLater(span) && !isMixed)
            this.#trials.begin(signed, span, agreed.get(shard)?.shadow);
        }
        noteCredit(this.#tools.parties.credit, this.#job, signed.plan, group);
        this.#bricks.keep(signed.plan, group);
        signed.hasCompared(group);
      }
      if (signed.end === undefined || signed.compared < signed.end) break;
    }
    this.#plans.forgetOver();
    this.#listener.progressed();
  }

  /** The coordinator's own peers compute as truly as it would itself. */
  #believes(known: Known | undefined): boolean {
    return known?.isOwn === true && this.#job.file.trust.own === 'believed';
  }

  /** Two of two classes are as near as they may be: the span is drawn as often as what has not been compared of it deserves. */
  #near(signed: SignedPlan, twins: Twins, compared: number): void {
    const { parties } = this.#tools;
    const share = areOfTwoOwners(twins) ? compared : 0;
    const { peer } = twins;
    if (this.#believes(peer.known) || !signed.isHeldBy(peer.peer)) return;
    if (!signed.sizes.canBeShown.has(peer.statement.shard)) return;
    if (this.#doubted.concern(peer.statement.from) || isDrawnBeyond(parties, signed, peer, share))
      this.#trials.begin(signed, peer);
  }

  /** What is known of who signs, under its class in this job. */
  #knownOf({ id, ability }: Member): Known | undefined {
    const known = this.#tools.parties.of(id);
    if (!known) return undefined;
    const { keepWavesIn } = this.#job.run;
    return { ...known, numericalClass: classInJob(keepWavesIn, known.numericalClass, ability) };
  }
}
