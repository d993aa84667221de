import type { Job } from '../../core/job/job.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Span } from '../../core/witness/span.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { Asking } from './asking.js';
import { Bisection } from './bisection.js';
import { compareEnds } from './both-ends.js';
import { classInJob } from './class-in-job.js';
import type { Judge } from './court.js';
import { noteCredit } from './credit.js';
import { Deposits } from './deposits.js';
import { Disputes } from './disputes.js';
import { draw, isDrawnBeyond } from './draw.js';
import type { Inspection } from './inspection.js';
import type { Known } from './parties.js';
import { readSigned } from './read-signed.js';
import { Rulings, type RulingsListener } from './rulings.js';
import { SignedBricks } from './signed-bricks.js';
import { SignedPlan, type Silent } from './signed-plan.js';
import { SignedPlans } from './signed-plans.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import { SpanChecks } from './span-checks.js';
import { canSign, retellWithin, spanSizes, unseenShards } from './span-length.js';
import type { SignedFor, ToldCheckpoint } from './told-checkpoint.js';
import { areOfTwoOwners, compareTwins, type Twins } from './twins.js';
import { UnlikeShards } from './unlike-shards.js';

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
 * computed again (`SpanChecks`): chosen when everybody has signed, so that nobody knows before which. What they bring to the
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
  readonly #checks: SpanChecks;
  readonly #bisection: Bisection;
  readonly #rulings: Rulings;
  readonly #deposits: Deposits;
  /** What peers signed is read in the order in which it came. */
  #reading: Promise<void> = Promise.resolve();
  readonly #underWay = new Set<Promise<void>>();
  readonly #disputes = new Disputes();
  readonly #unlike: UnlikeShards;
  /** What was signed for the bricks at the start of spans of which it is not known yet whether they are to be checked. */
  readonly #starts = new WeakMap<SignedSpan, Uint8Array>();
  /** Two of two numerical classes were farther apart than they may be, and each came to what it signed: in this job nobody can tell. */
  #driftsApart = false;
  /** The field became infinite, as somebody says: nothing counts as vetted, until the run goes back. */
  #areAllDoubted = false;
  /** After which step, as it was said: all spans before it are checked, also when they are computed again, until that is safe. */
  #doubted = 0;
  /** A span is to end where peers may go next, however short it is. */
  #endsSoon = false;
  /** Peers whose shards nobody computed again, of the newest plan that had any: what they did is in the result. */
  #lastUnseen: readonly PeerId[] = [];

  constructor(id: string, job: Job, tools: VettingTools, listener: VettingListener) {
    const { court, store, desk, parties } = tools;
    this.#id = id;
    this.#job = job;
    this.#tools = tools;
    this.#listener = listener;
    this.#bricks = new SignedBricks(job);
    this.#asking = new Asking(job, desk, listener.tell);
    const { isWaiting } = listener;
    this.#rulings = new Rulings(parties, listener);
    this.#deposits = new Deposits(job, {
      ...tools,
      ...listener,
      misstored: (by, why, right) => this.#rulings.misstored(by, why, right),
      isUnlike: (plan, shard) => this.#plans.of(plan)?.isUnlike(shard) === true,
    });
    const whenStored = (span: Span) => this.#deposits.whenStored(span);
    this.#unlike = new UnlikeShards(job, {
      ...tools,
      ...listener,
      asking: this.#asking,
      stands: (signed) => this.#plans.of(signed.plan.id) === signed,
      near: (...found) => this.#near(...found),
      apart: (signed, twins) => this.#dispute(signed, twins),
      otherHalos: (by, other) => this.#rulings.contradiction({ kind: 'unsigned halos', by, other }),
      forged: (by) => this.#rulings.forged(by),
      notShown: (by) => this.#rulings.notShown(by),
    });
    this.#checks = new SpanChecks(job, {
      ...{ court, store, asking: this.#asking, whenStored, isWaiting },
      isStoredInDoubt: () => this.#areAllDoubted,
    });
    this.#bisection = new Bisection(job, { ...tools, asking: this.#asking, limit: desk.largest });
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
    const isEnd = newest?.endSpanAt(until, {
      areTrusted: areTrusted === true,
      isKept: isKept || this.#endsSoon,
    });
    this.#endsSoon = false;
    return isEnd ?? false;
  }

  /** A plan is under way. */
  follow(plan: Plan): void {
    this.#rulings.follow(plan);
    const { parties, desk } = this.#tools;
    const areAlike = (a: PeerId, b: PeerId) =>
      parties.of(a)?.numericalClass === parties.of(b)?.numericalClass;
    if (plan.signed) this.#plans.add(new SignedPlan(this.#job, plan, { areAlike, limit: desk.largest }));
    else this.#plans.takenOver(plan.from);
    this.#noteUnseen();
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
    return !this.#driftsApart;
  }

  /**
   * Whether the newest plan can go on without a peer: it owes nothing of plans before, and nothing is to be found out of it. Its neighbours, and
   * so its heir, would go on with what it sent, and nobody would find out.
   */
  canRetire(peer: PeerId): boolean {
    return !this.#plans.owes(peer) && !this.#disputes.concerns(peer);
  }

  /** A peer holds nothing of a plan any more; what it sent may be in use until `step`. */
  retire(plan: number, peer: PeerId, step: number): void {
    const signed = this.#plans.of(plan);
    if (!signed) return;
    signed.retire(peer, step);
    this.#noteUnseen();
    this.#asking.cancel(peer);
    // Nobody but the peer may have been waited for.
    this.#reading = this.#reading
      .then(() => this.#compareWhatIsWhole())
      .catch((error) => this.#listener.failed(error));
  }

  /** Whether all that was computed up to `step` has been signed and compared, and what was to be checked of it held. */
  isVettedThrough(step: number): boolean {
    return !this.#areAllDoubted && this.#plans.isVettedThrough(step) && this.#deposits.isClearThrough(step);
  }

  /** The last step up to which all has been signed and compared, and what was to be checked of it held; undefined where nothing is checked. */
  get vettedThrough(): number | undefined {
    if (this.#plans.newest?.plan.signed === 'states') return undefined;
    const steps = [this.#plans.vettedThrough, this.#deposits.clearThrough].filter(
      (step) => step !== undefined,
    );
    return steps.length === 0 ? undefined : Math.min(...steps);
  }

  /** Peers of the newest plan whose shards nobody else computes again: too large to be shown, and without a shadow, or with one of their own owner. */
  get unseen(): readonly PeerId[] {
    const { parties } = this.#tools;
    const tells = (peer: PeerId, shadow: PeerId) =>
      this.believes(peer) || parties.of(peer)?.party.owner !== parties.of(shadow)?.party.owner;
    return this.#plans.newest?.unseen(tells) ?? [];
  }

  /** Such peers of the newest plan that had any, whatever became of it. */
  get lastUnseen(): readonly PeerId[] {
    return this.#lastUnseen;
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
    if (step >= this.#doubted) this.#doubted = 0;
    this.#tools.parties.stands(step);
    this.#deposits.stands(step);
  }

  /** The field became infinite at `step`, as somebody says: until that is safe, all spans that begin before it are checked of all peers. */
  doubtAll(step: number): void {
    this.#areAllDoubted = true;
    this.#doubted = Math.max(step, this.#doubted);
    this.#endsSoon = true;
  }

  /** Whether what was computed before `step` is being checked. */
  isCheckedBefore(step: number): boolean {
    return this.#plans.isCheckedBefore(step);
  }

  /** The run goes back: all plans so far are void. */
  goBack(): void {
    this.#areAllDoubted = false;
    this.#endsSoon = false;
    this.#plans.clear();
    this.#tools.parties.credit.void(-1);
    this.#checks.clear();
    this.#disputes.clear();
    this.#deposits.clear();
    this.#unlike.clear();
    this.#asking.cancelAll();
  }

  /** Resolves when nothing is being checked any more. */
  async close(): Promise<void> {
    this.goBack();
    await this.#reading;
    await Promise.all(this.#underWay);
    await this.#unlike.close();
    await this.#deposits.close();
  }

  #noteUnseen(): void {
    const { unseen } = this;
    if (unseen.length > 0) this.#lastUnseen = unseen;
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
        for (const { peer, shadow } of unlike) this.#noteStarts(signed, [peer, shadow]);
        for (const dispute of disputes) this.#dispute(signed, dispute);
        this.#unlike.compare(signed, group, unlike);
        const isLater = ({ peer }: SignedSpan) => unlike.some((twins) => twins.peer.peer === peer);
        const drawn = new Set(draw(this.#tools.parties, signed, group, (shard) => agreed.has(shard)));
        for (const span of group.byShard.values()) {
          const { shard, from } = span.statement;
          if (!drawn.has(span) && from >= this.#doubted) continue;
          // Of an heir's first span others have stored a part, which is not as it signs.
          const isMixed = isHeirToOthers(shard);
          const canBeShown = signed.sizes.canBeShown.has(shard);
          if (canBeShown && !this.#believes(span.known) && !isLater(span) && !isMixed)
            this.#begin(signed, span, agreed.get(shard)?.shadow);
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
    if (peer.statement.from < this.#doubted || isDrawnBeyond(parties, signed, peer, share))
      this.#begin(signed, peer);
  }

  /** What is known of who signs, under its class in this job. */
  #knownOf({ id, ability }: Member): Known | undefined {
    const known = this.#tools.parties.of(id);
    if (!known) return undefined;
    const { keepWavesIn } = this.#job.run;
    return { ...known, numericalClass: classInJob(keepWavesIn, known.numericalClass, ability) };
  }

  /** Has the spans of two checked that differ. */
  #dispute(signed: SignedPlan, { peer, shadow }: Twins): void {
    const { shard, step } = peer.statement;
    if (!this.#disputes.begin({ peer, shadow })) return;
    const details = { job: this.#id, plan: signed.plan.id, shard, step };
    this.#tools.log('disputed', { ...details, peer: peer.peer, shadow: shadow.peer });
    if (!signed.sizes.canBeShown.has(shard)) return this.#bisect(signed, { peer, shadow });
    for (const span of [peer, shadow]) this.#begin(signed, span);
  }

  /** Has two who differ tell how they came to it: what they have is too large to be shown. */
  #bisect(signed: SignedPlan, twins: Twins): void {
    const { plan, sizes } = signed;
    const { shard, from, step } = twins.peer.statement;
    const pair = [twins.peer, twins.shadow];
    for (const { peer } of pair) signed.beginsCheck(peer, from, step);
    const span: Span = { plan, shard, from, to: step };
    const stands = () =>
      this.#plans.of(plan.id) === signed && pair.every(({ peer }) => signed.isHeldBy(peer));
    const start = this.#startOf(signed, twins.peer);
    this.#keep(stands, async () => {
      const finding = await this.#bisection.find(span, twins, start, retellWithin(sizes));
      if (!stands()) return;
      for (const { peer } of pair) signed.endsCheck(peer, step);
      this.#disputes.settle(twins.peer.peer);
      this.#tools.log('bisected', { job: this.#id, plan: plan.id, shard, step, found: finding.kind });
      if (finding.kind === 'open' && signed.isUnlike(shard)) return this.#undecided(signed, twins);
      this.#rulings.bisected(twins, finding);
    });
  }

  /** Has a span checked. `twin`: the same as its peer's shadow signed for it, where that agrees. */
  #begin(signed: SignedPlan, span: SignedSpan, twin?: SignedSpan): void {
    const { from, step } = span.statement;
    signed.beginsCheck(span.peer, from, step);
    const startDigests = this.#starts.get(span) ?? this.#startOf(signed, span);
    const stands = () => this.#plans.of(signed.plan.id) === signed && signed.isHeldBy(span.peer);
    this.#keep(stands, () => this.#check(signed, { span, twin }, startDigests, stands));
  }

  /** Owns what is looked into, so that `close` can wait for it. */
  #keep(stands: () => boolean, look: () => Promise<void>): void {
    const under = look()
      .catch((error) => {
        // What a void plan began with may be gone, with the seal that was given up.
        if (stands()) this.#listener.failed(error);
      })
      .finally(() => this.#underWay.delete(under));
    this.#underWay.add(under);
  }

  /** What was signed for the bricks that a span began with, where that is known: by its own peer, or by those who handed them over. */
  #startOf(
    signed: SignedPlan,
    { peer, known, statement: { shard, from } }: SignedSpan,
  ): Uint8Array | undefined {
    if (from === signed.plan.from) return this.#bricks.takenOver(signed.plan, shard, known.numericalClass);
    const { last } = signed;
    if (last?.step !== from) return undefined;
    return [...last.byShard.values(), ...last.shadows.values()].find((span) => span.peer === peer)?.digests;
  }

  /** These may be checked when others have been compared after them. */
  #noteStarts(signed: SignedPlan, spans: readonly SignedSpan[]): void {
    for (const span of spans) {
      const start = this.#startOf(signed, span);
      if (start) this.#starts.set(span, start);
    }
  }

  async #check(
    signed: SignedPlan,
    { span, twin }: { readonly span: SignedSpan; readonly twin: SignedSpan | undefined },
    startDigests: Uint8Array | undefined,
    stands: () => boolean,
  ): Promise<void> {
    const { plan } = signed;
    const { shard, from, step } = span.statement;
    const asked = { plan, shard, from, to: step };
    const outcome = await this.#checks.check(asked, span, startDigests, stands);
    if (!outcome) return;
    if (outcome.kind === 'not shown') return stands() ? this.#rulings.notShown(span) : undefined;
    if (stands()) {
      const { peer } = span;
      const { verdict, by } = outcome;
      this.#tools.log('checked', { job: this.#id, peer, plan: plan.id, step, verdict: verdict.kind, by });
      signed.endsCheck(peer, step);
      const isFalse = verdict.kind === 'lied' || verdict.kind === 'other start';
      if (isFalse) this.#disputes.settle(peer);
      this.#rulings.verdict(span, outcome, twin);
      const twins = isFalse ? undefined : this.#disputes.held(peer);
      if (twins) this.#undecided(signed, twins);
    }
    if (outcome.liar) this.#rulings.inspectorLied(outcome.liar);
  }

  /** Two differ, and each came to what it signed for from what it began with. */
  #undecided(signed: SignedPlan, { peer, shadow }: Twins): void {
    if (signed.isUnlike(peer.statement.shard)) this.#driftsApart = true;
    this.#rulings.undecided(peer, shadow);
  }
}

/** Shards whose shadow had other halos than its peer: those of a peer that is gone, of which one had some of its heir's instead. */
function withOtherHalos({ byShard, shadows }: SpanGroup): readonly number[] {
  const receivedBy = (span: SignedSpan | undefined) =>
    span?.statement.halos.map(({ received }) => received).join();
  return [...shadows.keys()].filter(
    (shard) => receivedBy(byShard.get(shard)) !== receivedBy(shadows.get(shard)),
  );
}
