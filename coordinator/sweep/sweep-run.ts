import type { WholeSweep } from '../../core/job/whole-sweep.js';
import type { MeasuredLink } from '../../core/plan/known-fleet.js';
import type { Progress, RoomJob, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member, RunMessage } from '../room/conductor.js';
import { Crew } from '../run/crew.js';
import { Life } from '../run/life.js';
import type { Run } from '../run/run.js';
import type { End, RunTools } from '../run/run-tools.js';
import type { Inspection } from '../trust/inspection.js';
import type { MembersOver } from './done-record.js';
import { MemberDesk, type Orders } from './member-desk.js';
import { MemberTrust } from './member-trust.js';
import { MemberUploads } from './member-uploads.js';
import type { Found } from './member-vetting.js';
import type { MembersNow } from './members-now.js';
import { MembersRecord } from './members-record.js';
import { namesFiles, type SharedMember, shareMember } from './shared-member.js';
import { type SweepContribution, SweepReport } from './sweep-report.js';

const WITHOUT_PEERS = 'waits for peers';

export interface SweepRunTools extends RunTools {
  readonly result: SweepWriter;
  /** Checks what peers compute, where somebody is to. */
  readonly inspection?: Inspection;
}

/** Writes what scientists open. */
export interface SweepWriter {
  start(): Promise<void>;
  finish(
    over: Pick<MemberDesk, 'done' | 'failed'>,
    contributions: readonly SweepContribution[],
  ): Promise<void>;
}

type MemberMessage = Extract<RunMessage, { type: 'member' }>;

/** What a sweep is busy with. */
type Busy =
  | { readonly kind: 'running' }
  /** A member that no peer can hold is computed by several, as a job. */
  | { readonly kind: 'sharing'; readonly shared: SharedMember };

/**
 * One sweep's run: members go to peers in batches, each whole, and what is done is recorded. `MemberDesk` decides who
 * computes what.
 */
export class SweepRun implements Run {
  readonly id: string;
  readonly readProbe = undefined;
  readonly #sweep: WholeSweep;
  readonly #tools: SweepRunTools;
  readonly #life: Life<Busy>;
  /** Under which its messages go. */
  readonly #plan: number;
  readonly #crew: Crew;
  readonly #uploads: MemberUploads;
  readonly #report: SweepReport;
  readonly #record: MembersRecord;
  /** Where peers are checked. */
  readonly #trust: MemberTrust | undefined;
  #desk: MemberDesk;
  #started = false;
  #hindrance: string | undefined;
  #lastFailure: string | undefined;

  constructor(id: string, sweep: WholeSweep, tools: SweepRunTools) {
    this.id = id;
    this.#sweep = sweep;
    this.#tools = tools;
    this.#plan = tools.nextPlan();
    this.#trust = this.#trustBy(tools.inspection);
    this.#crew = new Crew(tools.members, (peer) => this.#trust?.mayCompute(peer) ?? true);
    this.#uploads = new MemberUploads(id, sweep);
    this.#report = new SweepReport(sweep);
    this.#record = new MembersRecord(tools.store, id, tools.term);
    this.#desk = new MemberDesk(sweep.members, { done: [], failed: [] });
    this.#life = new Life<Busy>(id, sweep, tools, {
      hindrance: () => this.#hindrance,
      look: () => this.#look(),
      recordSoFar: () => this.#recordOver(),
      left: (before) => this.#left(before.kind === 'sharing' ? before.shared : undefined),
    });
    this.#life.keep(this.#open());
  }

  get state(): RoomJob['state'] {
    return this.#life.state;
  }

  get reason(): string | undefined {
    return this.#life.reason;
  }

  get progress(): Progress {
    const computing = this.#tools.members().filter(({ id }) => this.#desk.heldBy(id).length > 0).length;
    return this.#report.progress(this.#desk, computing);
  }

  get plan(): Plan | undefined {
    return this.#sharing?.run.plan;
  }

  get links(): readonly MeasuredLink[] {
    return this.#sharing?.run.links ?? [];
  }

  get members(): MembersNow {
    const { done, failed } = this.#desk;
    return { done, failed, holders: this.#holders };
  }

  /** By member, who computes it. */
  get #holders(): MembersNow['holders'] {
    if (this.ended) return new Map();
    const shared = this.#sharing;
    if (!shared) return this.#desk.holders;
    return new Map([[shared.member, shared.run.plan?.shards.map(({ peer }) => peer) ?? []]]);
  }

  get ended(): boolean {
    return this.#life.ended;
  }

  useOf(peer: PeerId): ShownUse | undefined {
    if (this.#sharing) return this.#sharing.run.useOf(peer);
    if (this.#life.phase.kind !== 'running' || !this.#desk.has(peer)) return undefined;
    if (this.#desk.isLeftOut(peer)) return { kind: 'left-out', says: 'left out: members failed on it' };
    const done = this.#desk.finishedBy(peer);
    if (this.#desk.heldBy(peer).length > 0)
      return { kind: 'members', says: `computes members, ${done} done` };
    return { kind: 'extra', says: `${done} members done; the others are done with the rest sooner` };
  }

  isLeaving(peer: PeerId): boolean {
    return this.#crew.isLeaving(peer);
  }

  joined(): void {
    if (this.#sharing) this.#sharing.run.joined();
    else this.#begin();
  }

  hindered(reason: string | undefined): void {
    this.#hinder(reason === undefined ? undefined : `waits for the store: ${reason}`);
  }

  lost(member: Member): void {
    this.#crew.lost(member.id);
    if (this.#desk.heldBy(member.id).length > 0) {
      this.#tools.log('back', {
        sweep: this.id,
        peer: member.id,
        members: this.#desk.heldBy(member.id).length,
      });
    }
    this.#trust?.lost(member.id, this.#desk.heldBy(member.id));
    this.#desk.lost(member.id);
    if (this.#sharing) this.#sharing.run.lost(member);
    else this.#offerAll();
  }

  stop(reason: string): void {
    this.#life.end({ state: 'stopped', reason });
  }

  heard(member: Member, message: RunMessage): void {
    if (this.#sharing) return this.#sharing.run.heard(member, message);
    if (message.type === 'leave') return this.#leaves(member);
    if (this.#life.phase.kind !== 'running' || !('plan' in message) || message.plan !== this.#plan) return;
    switch (message.type) {
      case 'member':
        return this.#over(member, message);
      case 'upload':
        return this.#life.keep(this.#answer(member, message));
      case 'held':
        return this.#hinder(`${member.name} waits for the store: ${message.reason}`);
      case 'failed':
        this.#lastFailure = `${member.name}: ${message.reason}`;
        this.#desk.leaveOut(member.id);
        return this.#offerAll();
      default:
        return;
    }
  }

  async close(): Promise<void> {
    this.#life.suspend('the coordinator is closing');
    await this.#trust?.close();
    await this.#life.settled();
  }

  async #open(): Promise<void> {
    const over = await this.#record.open();
    await this.#tools.result.start();
    if (this.ended) return;
    this.#desk = new MemberDesk(this.#sweep.members, over);
    this.#started = over.hasBegun;
    this.#tools.document.setPlan(undefined);
    this.#life.enter({ kind: 'waiting', reason: WITHOUT_PEERS });
    this.#begin();
  }

  // Who computes what.

  /** Lets those who are there and not yet at work take part. */
  #begin(): void {
    if (this.#life.phase.kind !== 'waiting' && this.#life.phase.kind !== 'running') return;
    if (this.#desk.left === 0) return this.#finishWhenSure();
    const { peers } = this.#sweep.first.run;
    const present = this.#crew.candidates(() => false);
    if (!this.#started && present.length < peers) {
      const reason = peers === 1 ? WITHOUT_PEERS : `waits for ${peers} peers; ${present.length} are here`;
      return this.#life.enter({ kind: 'waiting', reason });
    }
    if (present.length > 0) this.#start();
    for (const { id, ability, roundTrip } of present) {
      if (this.#desk.has(id)) continue;
      const { engine, rate, memory } = ability;
      this.#desk.join({ id, engine, rate, memory, roundTrip: () => roundTrip() ?? 0 }, seconds());
    }
    this.#offerAll();
  }

  #offerAll(): void {
    if (this.#life.phase.kind !== 'waiting' && this.#life.phase.kind !== 'running') return;
    // Nobody but who checks is waited for.
    if (this.#desk.left === 0) return;
    if (this.#crew.candidates((id) => this.#desk.isLeftOut(id)).length === 0) {
      const why = this.#lastFailure === undefined ? '' : `; the last failure: ${this.#lastFailure}`;
      return this.#life.enter({ kind: 'waiting', reason: `${WITHOUT_PEERS}${why}` });
    }
    // Before any member goes out, peers have to know which sweep it is of.
    if (this.#life.phase.kind === 'waiting') this.#life.enter({ kind: 'running' });
    for (const member of this.#crew.candidates((id) => this.#desk.isLeftOut(id))) this.#offer(member);
    const unheld = this.#desk.unheld;
    if (unheld !== undefined) this.#share(unheld);
  }

  /** None of the members that are left fits any of the peers: one of them after the other is for all together. */
  #share(member: number): void {
    if (namesFiles(this.#sweep)) {
      return this.#hinder(
        'no peer has the memory for a member, and peers share none that starts from a file',
      );
    }
    const shared = shareMember(this.id, this.#sweep, member, this.#tools);
    this.#tools.log('shared', { sweep: this.id, member });
    this.#life.enter({ kind: 'sharing', shared });
    this.#life.keep(shared.ended.then((end) => this.#hasBeenShared(member, end)));
  }

  #hasBeenShared(member: number, { state, reason = state }: End): void {
    if (this.ended) return;
    this.#desk.shared(member, state === 'done' ? undefined : reason, seconds());
    // The document has the member's own file.
    this.#life.forgetShown();
    this.#life.enter({ kind: 'running' });
    this.#recordOver();
    this.#begin();
  }

  #offer(member: Member): void {
    if (this.#life.phase.kind !== 'running' || this.#crew.isLeaving(member.id)) return;
    const compute = this.#desk.next(member.id, seconds());
    if (compute.length > 0) this.#order(member, { compute, leave: [] });
  }

  #order(member: Member, { compute, leave }: Orders): void {
    // Each asks for addresses at each snapshot and for its probes, and is reported.
    member.allow(compute.length * this.#uploads.messagesOfMember);
    member.send({ type: 'members', plan: this.#plan, compute: [...compute], leave: [...leave] });
  }

  #over(peer: Member, message: MemberMessage): void {
    const { member, failure, computeSeconds, cellUpdates } = message;
    if (!this.#crew.mayCompute(peer.id)) return;
    const now = seconds();
    const wasOver = this.#desk.isOver(member);
    const saying = failure || wasOver ? 'founded' : (this.#trust?.sayingOf(member, peer.id) ?? 'founded');
    if (saying === 'contradicted') {
      this.#contradicted(member);
    } else if (saying === 'unfounded') {
      this.#tools.log('unfounded', { sweep: this.id, member, peer: peer.id });
    } else if (failure) {
      const { reason, final } = failure;
      this.#lastFailure = `${peer.name}: ${reason}`;
      this.#tools.log('member-failed', { sweep: this.id, member, peer: peer.id, reason });
      this.#spare(this.#desk.failedAt({ member, reason }, { peer: peer.id, final, now }), member);
      if (!wasOver && this.#desk.isOver(member)) this.#vet(peer, message);
    } else {
      const others = this.#desk.finished(member, peer.id, now);
      if (others) {
        this.#report.finished(peer, { cellUpdates, computeSeconds });
        this.#vet(peer, message);
      }
      this.#spare(others ?? [], member);
      this.#hinder(undefined);
    }
    if (this.#desk.left === 0) return this.#finishWhenSure();
    if (failure) this.#offerAll();
    else this.#offer(peer);
    this.#releaseLeavers();
  }

  /** What somebody else has finished need not be computed any more. */
  #spare(peers: readonly PeerId[], member: number): void {
    for (const other of this.#crew.of(peers)) {
      this.#order(other, { compute: [], leave: [member] });
      this.#offer(other);
    }
  }

  #leaves(member: Member): void {
    this.#crew.leaves(member.id);
    if (this.#life.phase.kind === 'running') {
      const leave = this.#desk.leaves(member.id);
      if (leave.length > 0) this.#order(member, { compute: [], leave });
      this.#offerAll();
    }
    this.#releaseLeavers();
  }

  #releaseLeavers(): void {
    const free = this.#crew.leavers.filter((id) => this.ended || this.#desk.heldBy(id).length === 0);
    this.#crew.tell(free, { type: 'released' });
  }

  async #answer(
    member: Member,
    { request, objects: wanted }: Extract<RunMessage, { type: 'upload' }>,
  ): Promise<void> {
    const objects = [];
    for (const { key, bytes, ...checksums } of wanted) {
      const of = this.#uploads.memberOf(key);
      // One that was over before is a second copy of the same bits.
      if (of === undefined) return member.dismiss('upload', `${key} is not this peer's to store`);
      const chunk = { member: of, key, sha256: checksums.sha256 };
      const place = this.#trust ? this.#trust.placeOf(chunk, member.id, this.#desk.heldBy(member.id)) : key;
      if (place === undefined) return member.dismiss('upload', `${key} was to have other bytes`);
      objects.push({ key, url: await this.#tools.store.uploadAddress(place, bytes, checksums) });
    }
    member.send({ type: 'addresses', request, objects });
  }

  // Whether it is right.

  #trustBy(inspection: Inspection | undefined): MemberTrust | undefined {
    if (!inspection || this.#sweep.first.file.trust.check === 'off') return undefined;
    const { store, log } = this.#tools;
    const isWaiting = () => this.ended || this.#desk.left === 0;
    return new MemberTrust(
      this.id,
      this.#sweep,
      { inspection, store, log, plan: this.#plan, isWaiting },
      {
        foundOut: (found) => this.#foundOut(found),
        doubtful: (found) => this.#doubtful(found),
        progressed: () => {
          if (this.#desk.left === 0) this.#finishWhenSure();
        },
        failed: (error) => this.#life.broken(error),
      },
    );
  }

  #vet({ id }: Member, { member, failure }: MemberMessage): void {
    const updates = this.#sweep.members[member]?.updates ?? 0;
    const claim = failure === undefined ? 'stored' : failure.final ? 'diverged' : 'failed';
    this.#trust?.finished(id, { member, updates, claim });
  }

  #foundOut({ peer, known, why, again }: Found): void {
    this.#tools.log('found-out', { job: this.id, peer, name: this.#crew.member(peer)?.name, why });
    for (const member of this.#peersOf(known.key)) {
      this.#report.foundOut(member.id);
      this.#trust?.lost(member.id, this.#desk.heldBy(member.id));
      this.#desk.lost(member.id);
      member.dismiss('quarantined', `${why}; what this device computes cannot be used`);
    }
    this.#computeAgain(again);
  }

  #doubtful({ known, why, again }: Found): void {
    for (const { id, name } of this.#peersOf(known.key)) {
      this.#lastFailure = `${name}: ${why}`;
      this.#tools.log('benched', { job: this.id, peer: id, reason: why });
      this.#desk.leaveOut(id);
    }
    this.#computeAgain(again);
  }

  #computeAgain(again: readonly number[]): void {
    this.#trust?.again(again);
    this.#desk.again(again);
    this.#offerAll();
  }

  /** Of two peers that hold a member one has finished it, and the other means to bring other bytes: neither is believed. */
  #contradicted(member: number): void {
    this.#tools.log('contradicted', { sweep: this.id, member });
    this.#trust?.again([member]);
    for (const holder of this.#crew.of(this.#desk.contradicted(member)))
      this.#order(holder, { compute: [], leave: [member] });
  }

  #peersOf(key: string): readonly Member[] {
    return this.#tools.members().filter(({ id }) => this.#trust?.keyOf(id) === key);
  }

  // What is over.

  #look(): void {
    if (this.#life.phase.kind !== 'running') return;
    this.#tools.document.setProgress(this.progress);
    this.#recordOver();
    this.#offerAll();
    this.#tools.onChange();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#recordOver();
  }

  #recordOver(): void {
    const sure = this.#sure;
    const written = this.#record.write(sure);
    if (written) this.#life.keep(written.then(() => this.#report.recorded(sure)));
  }

  /** What is over, and is not to be computed again whatever is found. */
  get #sure(): MembersOver {
    const { done, failed } = this.#desk;
    return this.#trust?.sureOf({ done, failed }) ?? { done: new Set(done), failed };
  }

  /** Nothing is left to compute: the sweep is complete once what was drawn has held. */
  #finishWhenSure(): void {
    const { kind } = this.#life.phase;
    if ((kind !== 'waiting' && kind !== 'running') || this.#trust?.isClear === false) return;
    this.#trust?.stand();
    this.#life.keep(this.#finish());
  }

  async #finish(): Promise<void> {
    if (this.#life.phase.kind === 'finishing' || this.ended) return;
    this.#life.enter({ kind: 'finishing' });
    await this.#record.underWay;
    this.#recordOver();
    await this.#record.underWay;
    await this.#tools.result.finish(this.#desk, this.#report.contributions);
    if (this.ended) return;
    const { failed } = this.#desk;
    const [first] = failed;
    const reason =
      first && `${failed.length} of ${this.#sweep.count} members failed; the first: ${first.reason}`;
    const state = failed.length === this.#sweep.count ? 'failed' : 'done';
    const end: End = { state, ...(reason !== undefined && { reason }) };
    this.#life.leave(end);
    await this.#life.record(end);
  }

  // Its end.

  #hinder(reason: string | undefined): void {
    if (reason === this.#hindrance || (reason !== undefined && this.#hindrance !== undefined)) return;
    this.#hindrance = reason;
    this.#life.show();
  }

  get #sharing(): SharedMember | undefined {
    const { phase } = this.#life;
    return phase.kind === 'sharing' ? phase.shared : undefined;
  }

  #left(shared: SharedMember | undefined): void {
    this.#tools.document.setProgress(this.progress);
    this.#releaseLeavers();
    this.#trust?.end();
    if (shared) this.#life.keep(shared.run.close());
  }
}

const seconds = () => performance.now() / 1000;
