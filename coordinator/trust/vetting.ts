import { bytesToHex } from '@noble/hashes/utils';
import { cellCount } from '../../core/grid/box.js';
import { brickIndex, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { MAX_BRICKS_SIGNED, MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import type { Statement } from '../../core/trust/statement/statement.js';
import { readDigests } from '../../core/witness/digests.js';
import { evidenceBytes, readEvidence } from '../../core/witness/evidence.js';
import type { SpanStart } from '../../core/witness/replay.js';
import { exchangeOf, type Span, spanCells } from '../../core/witness/span.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { digest, type Verdict } from './checker.js';
import { Deposits } from './deposits.js';
import type { Expected } from './evidence-desk.js';
import type { Inspection } from './inspection.js';
import type { Known } from './parties.js';
import type { SignedFor, ToldCheckpoint } from './told-checkpoint.js';

/** Long enough that copying and hashing a state costs little beside computing it, short enough to find a liar soon. */
const SPAN_MS = 500;

/** A state is copied and hashed at some hundreds of MB a second: at this pace that takes a few parts in a hundred of a thread. */
const STATE_BYTES_PER_MS = 10_000;

/** Of the halos of a span, which peers keep and show: where links are that fast, spans are shorter. */
const HALO_BYTES = 128 * 1024 * 1024;

/** Spans of one shard that are being checked at once; while so many are, the next ones are let pass. */
const CHECKS_AT_ONCE = 1;

/** States kept here, so that a shard whose next span is checked too need not be sent again. */
const KEPT_STATE_BYTES = 256 * 1024 * 1024;

/** Steps of which it is known what was signed: those of half a minute. */
const KEPT_STEPS = 64;

type SignedMessage = Extract<RunMessage, { type: 'signed' }>;

export type VettingTools = Pick<Inspection, 'parties' | 'desk' | 'checker' | 'log'> & {
  readonly store: Pick<Store, 'get'>;
};

export interface VettingListener {
  readonly tell: (peer: PeerId, message: ToPeer) => void;
  /** Whether the run waits for checks, and for nothing else; or is over. */
  readonly isWaiting: () => boolean;
  /** A peer has been found out; nothing that it had a part in after `right` steps can be kept. */
  readonly foundOut: (peer: PeerId, why: string, right: number) => void;
  /** Two peers contradict one another, or one does not show what it signed: who is to blame cannot be told. */
  readonly doubtful: (peer: PeerId, why: string, other: PeerId | undefined) => void;
  /** More has been vetted. */
  readonly progressed: () => void;
  readonly failed: (error: unknown) => void;
}

/** A span as its peer signed it. */
interface Signed {
  readonly peer: PeerId;
  readonly known: Known;
  readonly statement: Statement;
  readonly digests: Uint8Array;
}

/** One plan's spans. All shards end theirs at the same steps. */
interface Course {
  readonly plan: Plan;
  /** Bytes of the largest shard's state, and of the halos of one exchange that come to a shard or go from it. */
  readonly sizes: { readonly state: number; readonly halos: number };
  /** By the step at which a span ends, what has been signed for it, by shard. */
  readonly groups: Map<number, Map<number, Signed>>;
  /** All before has been compared, and what is checked of it chosen. */
  compared: number;
  /** Where the last span was made to end, and when. */
  ends: { readonly step: number; readonly at: number };
  /** What was signed for the last step that has been compared. */
  last: Map<number, Signed> | undefined;
  /** Spans that are being checked, by shard: where each ends, and where it began. */
  readonly pending: Map<number, Map<number, number>>;
}

/**
 * Holds what peers compute to what they sign. Spans are compared between neighbours, and some of them are computed again:
 * chosen when everybody has signed, so that nobody knows before which.
 */
export class Vetting {
  readonly #id: string;
  readonly #job: Job;
  readonly #tools: VettingTools;
  readonly #listener: VettingListener;
  /** Plans that stand, oldest first. */
  #courses: Course[] = [];
  /** By peer, the last step up to which it is known to have been right. */
  readonly #right = new Map<PeerId, number>();
  readonly #expected = new Map<string, Expected>();
  /** By plan, shard and step: the state there as it was computed here. */
  readonly #states = new Map<string, Float32Array>();
  /** By step, and then by a brick's index in the grid, what was signed for it there. */
  readonly #bricks = new Map<number, ReadonlyMap<number, Uint8Array>>();
  #work: Promise<void> = Promise.resolve();
  readonly #checks = new Set<Promise<void>>();
  readonly #deposits: Deposits;

  constructor(id: string, job: Job, tools: VettingTools, listener: VettingListener) {
    this.#id = id;
    this.#job = job;
    this.#tools = tools;
    this.#listener = listener;
    const { isWaiting, progressed, failed } = listener;
    this.#deposits = new Deposits(job, {
      ...tools,
      isWaiting,
      progressed,
      failed,
      misstored: ({ peer, party }, why, right) => {
        tools.parties.record(party, 'lied');
        listener.foundOut(peer, why, Math.min(right, this.#right.get(peer) ?? 0));
      },
    });
  }

  /** Whether peers can be held to a plan: whether what they have fits what they may sign and show. */
  canSign(plan: Plan): boolean {
    const { grid, run, file } = this.#job;
    if (file.trust.check === 'off') return false;
    // Half precision rounds by more than what is looked for.
    if (run.keepWavesIn !== 'f32') return false;
    if (plan.shards.some(({ box }) => bricksOf(grid, box).length > MAX_BRICKS_SIGNED)) return false;
    const { state, halos } = this.#sizesOf(plan);
    return 2 * (state + (halos * plan.epoch) / plan.exchangeEvery) <= MAX_EVIDENCE_BYTES;
  }

  /** Whether a span of the newest plan is to end at `until`, as far as peers may go now. */
  signsAt(until: number): boolean {
    const course = this.#courses.at(-1);
    if (!course) return false;
    const { plan, ends } = course;
    const pause = Math.max(SPAN_MS, course.sizes.state / STATE_BYTES_PER_MS);
    if (Date.now() - ends.at < pause && !isLong(course, until + plan.epoch - ends.step)) return false;
    course.ends = { step: until, at: Date.now() };
    return true;
  }

  /** A plan is under way. */
  follow(plan: Plan): void {
    for (const { peer } of plan.shards) {
      const right = this.#right.get(peer) ?? plan.from;
      // What is computed again may come out otherwise.
      this.#right.set(peer, plan.source.kind === 'transfer' ? right : Math.min(right, plan.from));
    }
    if (!plan.signed) return;
    this.#courses.push({
      plan,
      groups: new Map(),
      compared: plan.from,
      sizes: this.#sizesOf(plan),
      ends: { step: plan.from, at: Date.now() },
      last: undefined,
      pending: new Map(),
    });
  }

  signed(member: Member, message: SignedMessage): void {
    const work = this.#work.then(() => this.#take(member, message));
    this.#work = work.catch((error) => this.#listener.failed(error));
  }

  /** A peer says that its part of the snapshots of a step is stored. */
  stored({ id }: Member, { plan, step }: Extract<RunMessage, { type: 'stored' }>): void {
    const course = this.#courseOf(plan);
    if (course) this.#deposits.stored(course.plan, id, step);
  }

  /** A peer says where all bricks of its shard lie. */
  checkpointed({ id }: Member, plan: number, told: ToldCheckpoint): void {
    const course = this.#courseOf(plan);
    if (course) this.#deposits.checkpointed(course.plan, id, told);
  }

  /** What was signed for the bricks of the newest checkpoint, if it is the one at `step`. */
  signedFor(step: number): SignedFor | undefined {
    return this.#deposits.signedFor(step);
  }

  /** A peer has nothing to show. */
  withheld({ id }: Member, { plan, step, reason }: Extract<RunMessage, { type: 'withheld' }>): void {
    const expected = this.#expected.get(`${plan} ${id} ${step}`);
    if (!expected) return;
    this.#tools.log('withheld', { job: this.#id, peer: id, plan, step, reason });
    expected.cancel();
  }

  /** Whether a peer is still to show something. */
  owes(peer: PeerId): boolean {
    return this.#courses.some(({ plan, compared, pending }) =>
      plan.shards.some(
        (shard, index) =>
          shard.peer === peer &&
          ((pending.get(index)?.size ?? 0) > 0 || compared < (this.#endOf(plan) ?? plan.from)),
      ),
    );
  }

  /** Whether all that was computed up to `step` has been signed and compared, and what was to be checked of it held. */
  isVettedThrough(step: number): boolean {
    if (!this.#deposits.isClearThrough(step)) return false;
    return this.#courses.every(({ plan, compared, pending }) => {
      const end = Math.min(step, this.#endOf(plan) ?? step);
      if (end <= plan.from) return true;
      return (
        compared >= end && [...pending.values()].every((spans) => [...spans.keys()].every((to) => to > end))
      );
    });
  }

  /** The last step up to which all has been signed and compared, and what was to be checked of it held. */
  get vettedThrough(): number | undefined {
    const steps = [this.#checkedThrough, this.#deposits.clearThrough].filter((step) => step !== undefined);
    return steps.length > 0 ? Math.min(...steps) : undefined;
  }

  /** A peer that has not signed for a span that others have signed for, if there is one. */
  get silent(): PeerId | undefined {
    for (const { plan, groups } of this.#courses) {
      const [next] = [...groups].sort(([a], [b]) => a - b);
      const shard = plan.shards.findIndex((_, index) => next && !next[1].has(index));
      if (shard >= 0) return plan.shards[shard]?.peer;
    }
    return undefined;
  }

  /** The last step up to which every peer of the newest plan is known to have been right: what a run may have to go back behind. */
  get surelyRight(): number {
    const peers = this.#courses.at(-1)?.plan.shards ?? [];
    return Math.min(...peers.map(({ peer }) => this.#right.get(peer) ?? 0));
  }

  /** The run goes back: all plans so far are void. */
  goBack(): void {
    this.#courses = [];
    this.#tools.parties.credit.void(-1);
    this.#states.clear();
    for (const expected of this.#expected.values()) expected.cancel();
    this.#expected.clear();
    this.#deposits.clear();
  }

  /** Resolves when nothing is being checked any more. */
  async close(): Promise<void> {
    this.goBack();
    await this.#work;
    await Promise.all(this.#checks);
    await this.#deposits.close();
  }

  get #checkedThrough(): number | undefined {
    for (const { plan, compared, pending } of this.#courses) {
      const waiting = [...pending.values()].flatMap((spans) => [...spans.values()]);
      if (waiting.length > 0) return Math.min(...waiting);
      if (compared !== this.#endOf(plan)) return compared;
    }
    return undefined;
  }

  #sizesOf(plan: Plan): Course['sizes'] {
    const cells = plan.shards.map(({ box }, shard) =>
      spanCells(this.#job, box, exchangeOf(this.#job, { plan, shard, from: plan.from, to: plan.from })),
    );
    return {
      state: 4 * Math.max(...cells.map(({ state }) => state)),
      halos: 4 * Math.max(...cells.map(({ incoming, outgoing }) => Math.max(incoming, outgoing))),
    };
  }

  /** Where a plan was taken over from; undefined of the newest. */
  #endOf(plan: Plan): number | undefined {
    const at = this.#courses.findIndex((course) => course.plan === plan);
    return this.#courses[at + 1]?.plan.from;
  }

  #courseOf(plan: number): Course | undefined {
    return this.#courses.find((course) => course.plan.id === plan);
  }

  async #take(member: Member, { plan, statement, bricks, signature }: SignedMessage): Promise<void> {
    const course = this.#courseOf(plan);
    const known = this.#tools.parties.of(member.id);
    if (!course || !known) return;
    const refuse = (why: string) => member.dismiss('signed', `${why}; write it as docs/protocol.md says`);
    const own = course.plan.shards[statement.shard];
    if (statement.job !== this.#id || statement.plan !== plan || own?.peer !== member.id) {
      return refuse('a peer signs for its own shard');
    }
    const digests = readDigests(bricks, bricksOf(this.#job.grid, own.box).length);
    if (!digests || bytesToHex(await digest(digests)) !== statement.root)
      return refuse('the bricks have another root');
    if (!(await this.#tools.parties.hasSigned(known, statement, signature)))
      return refuse('the signature is another’s');
    if (this.#courseOf(plan) !== course) return;
    const group = course.groups.get(statement.step) ?? new Map<number, Signed>();
    course.groups.set(
      statement.step,
      group.set(statement.shard, { peer: member.id, known, statement, digests }),
    );
    this.#compareWhatIsWhole();
  }

  /** In the order in which it was computed: what a plan starts from is what the one before it came to. */
  #compareWhatIsWhole(): void {
    for (const course of this.#courses) {
      for (;;) {
        const whole = [...course.groups].filter(([, group]) => group.size === course.plan.shards.length);
        const [next] = whole.sort(([a], [b]) => a - b);
        if (!next || ![...next[1].values()].every(({ statement }) => statement.from === course.compared))
          break;
        course.groups.delete(next[0]);
        if (!this.#compare(course, next[1])) return;
        this.#hold(course, next[1]);
        this.#choose(course, next[1]);
        this.#note(course, next[1]);
        this.#keepBricks(course, next[0], next[1]);
        course.compared = next[0];
        course.last = next[1];
      }
    }
    this.#forget();
    this.#listener.progressed();
  }

  /** Plans that others have taken over from, and that nothing is left to be done about. */
  #forget(): void {
    const isOver = ({ plan, compared, pending }: Course) =>
      compared === this.#endOf(plan) && [...pending.values()].every(({ size }) => size === 0);
    const latest = this.#courses.slice(-2);
    this.#courses = this.#courses.filter((course) => latest.includes(course) || !isOver(course));
  }

  /** Whether both ends of every link signed for the same halos. */
  #compare({ plan }: Course, group: ReadonlyMap<number, Signed>): boolean {
    for (const [shard, { peer, statement }] of group) {
      const due = new Set(
        exchangeOf(this.#job, { plan, shard, from: plan.from, to: plan.from }).outgoing.map((p) => p.shard),
      );
      const told = statement.halos.map((halo) => halo.shard);
      if (told.length !== due.size || !told.every((other) => due.has(other))) {
        this.#listener.doubtful(peer, 'it signed for other neighbours than it has', undefined);
        return false;
      }
      for (const halo of statement.halos) {
        const other = group.get(halo.shard) as Signed;
        const theirs = other.statement.halos.find((candidate) => candidate.shard === shard);
        if (theirs?.received === halo.sent) continue;
        for (const known of [group.get(shard) as Signed, other])
          this.#tools.parties.record(known.known.party, 'bad');
        this.#listener.doubtful(peer, 'two neighbours signed for different halos', other.peer);
        return false;
      }
    }
    return true;
  }

  /** What was done counts when it stands. */
  #note({ plan }: Course, group: ReadonlyMap<number, Signed>): void {
    for (const [shard, { known, statement }] of group) {
      const { box } = plan.shards[shard] as Plan['shards'][number];
      const updates = (statement.step - statement.from) * cellCount(box) * this.#job.components.length;
      this.#tools.parties.credit.note(known.party, statement.step, updates);
    }
  }

  /** All up to `step` is safe, or the job is done: who computed it is given credit. */
  stands(step: number): void {
    this.#tools.parties.stands(step);
    this.#deposits.stands(step);
  }

  /** What they have stored, or will, is held to what they signed. */
  #hold({ plan }: Course, group: ReadonlyMap<number, Signed>): void {
    for (const [shard, { peer, known, statement, digests }] of group) {
      const span = { plan, shard, from: statement.from, to: statement.step };
      this.#deposits.compared(span, { peer, party: known.party, outputs: statement.outputs, digests });
    }
  }

  #choose(course: Course, group: ReadonlyMap<number, Signed>): void {
    for (const [shard, signed] of group) {
      const { plan, pending } = course;
      const { step } = signed.statement;
      const busy = pending.get(shard) ?? new Map<number, number>();
      pending.set(shard, busy);
      const isChosen = this.#tools.parties.isChecked(signed.known.party, { plan: plan.id, shard, step });
      if (!isChosen || busy.size >= CHECKS_AT_ONCE) continue;
      busy.set(step, signed.statement.from);
      const before = course.last?.get(shard)?.digests ?? this.#digestsBefore(course, shard);
      const check = this.#check(course, shard, signed, before)
        .catch((error) => this.#listener.failed(error))
        .finally(() => this.#checks.delete(check));
      this.#checks.add(check);
    }
  }

  /** What was signed for the bricks that a plan takes over, by another plan's peers; undefined where that is not known. */
  #digestsBefore({ plan }: Course, shard: number): Uint8Array | undefined {
    const known = this.#bricks.get(plan.from);
    if (plan.source.kind === 'initial' || plan.source.kind === 'checkpoint' || !known) return undefined;
    const { grid } = this.#job;
    const { box } = plan.shards[shard] as Plan['shards'][number];
    const bricks = bricksOf(grid, box);
    const digests = new Uint8Array(bricks.length * BRICK_DIGEST_BYTES);
    for (const [i, brick] of bricks.entries()) {
      const own = known.get(brickIndex(grid, brick));
      if (!own) return undefined;
      digests.set(own, i * BRICK_DIGEST_BYTES);
    }
    return digests;
  }

  /** Keeps what was signed for each brick at a step: another plan may go on from there, now or when the run goes back. */
  #keepBricks({ plan }: Course, step: number, group: ReadonlyMap<number, Signed>): void {
    const { grid } = this.#job;
    const known = new Map<number, Uint8Array>();
    for (const [shard, { digests }] of group) {
      const { box } = plan.shards[shard] as Plan['shards'][number];
      for (const [i, brick] of bricksOf(grid, box).entries()) {
        known.set(
          brickIndex(grid, brick),
          digests.subarray(i * BRICK_DIGEST_BYTES, (i + 1) * BRICK_DIGEST_BYTES),
        );
      }
    }
    this.#bricks.delete(step);
    this.#bricks.set(step, known);
    const [oldest] = this.#bricks.keys();
    if (this.#bricks.size > KEPT_STEPS && oldest !== undefined) this.#bricks.delete(oldest);
  }

  async #check(
    course: Course,
    shard: number,
    signed: Signed,
    startDigests: Uint8Array | undefined,
  ): Promise<void> {
    const { plan, pending } = course;
    const { peer, known, statement, digests } = signed;
    const { checker, store } = this.#tools;
    const span: Span = { plan, shard, from: statement.from, to: statement.step };
    const sameClass = (await checker.numericalClass()) === known.numericalClass;
    const found = this.#startOf(course, shard, statement.from, sameClass);
    const asked = { start: found === undefined, outcome: !sameClass };
    const bytes = await this.#ask(peer, span, asked);
    if (this.#courseOf(plan.id) !== course) return;
    if (!bytes) return this.#listener.doubtful(peer, 'it does not show what it signed for', undefined);
    const evidence = readEvidence(this.#job, span, asked, bytes);
    const start: SpanStart = found ?? { kind: 'cells', cells: evidence.start as Float32Array };
    if (!sameClass) await this.#deposits.whenStored(span);
    if (this.#courseOf(plan.id) !== course) return;
    const claim = { job: this.#job, span, statement, digests, evidence, start, startDigests, sameClass };
    const verdict = await checker.check({ get: (key) => store.get(key) }, claim, this.#listener.isWaiting);
    if (this.#courseOf(plan.id) !== course) return;
    this.#tools.log('checked', { job: this.#id, peer, plan: plan.id, step: span.to, verdict: verdict.kind });
    pending.get(shard)?.delete(span.to);
    this.#heed(span, signed, verdict, sameClass);
  }

  #heed(span: Span, { peer, known }: Signed, verdict: Verdict, sameClass: boolean): void {
    const { parties } = this.#tools;
    switch (verdict.kind) {
      case 'holds':
        parties.record(known.party, 'good');
        this.#right.set(peer, Math.max(span.to, this.#right.get(peer) ?? 0));
        if (sameClass) this.#keep(span, verdict.outcome.end);
        return this.#listener.progressed();
      case 'lied':
        parties.record(known.party, 'lied');
        return this.#listener.foundOut(peer, verdict.why, this.#right.get(peer) ?? 0);
      case 'other start':
        parties.record(known.party, 'bad');
        return this.#listener.doubtful(peer, 'it began with other cells than it was handed', undefined);
    }
  }

  /** The state at a span's start where the coordinator has it, or can make it. */
  #startOf({ plan }: Course, shard: number, from: number, sameClass: boolean): SpanStart | undefined {
    if (from === plan.from && plan.source.kind === 'initial') return { kind: 'initial' };
    if (from === plan.from && plan.source.kind === 'checkpoint')
      return { kind: 'checkpoint', seal: plan.source.seal };
    const cells = sameClass ? this.#states.get(`${plan.id} ${shard} ${from}`) : undefined;
    return cells && { kind: 'cells', cells };
  }

  /** Keeps a state until the shard's next one is kept, as far as there is room. */
  #keep({ plan, shard, to }: Span, cells: Float32Array): void {
    for (const name of this.#states.keys())
      if (name.startsWith(`${plan.id} ${shard} `)) this.#states.delete(name);
    const kept = [...this.#states.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (kept + cells.byteLength <= KEPT_STATE_BYTES) this.#states.set(`${plan.id} ${shard} ${to}`, cells);
  }

  async #ask(
    peer: PeerId,
    span: Span,
    asked: { readonly start: boolean; readonly outcome: boolean },
  ): Promise<Uint8Array | undefined> {
    const bytes = evidenceBytes(this.#job, span, asked);
    if (bytes === 0) return new Uint8Array();
    const expected = this.#tools.desk.expect(bytes);
    const name = `${span.plan.id} ${peer} ${span.to}`;
    this.#expected.set(name, expected);
    this.#listener.tell(peer, {
      type: 'show',
      plan: span.plan.id,
      step: span.to,
      ...asked,
      url: expected.url,
    });
    try {
      return await expected.arrived;
    } finally {
      if (this.#expected.get(name) === expected) this.#expected.delete(name);
    }
  }
}

/** Whether so many steps are too many for a span. */
function isLong({ plan, sizes }: Course, steps: number): boolean {
  const halos = sizes.halos * Math.ceil(steps / plan.exchangeEvery);
  return halos > HALO_BYTES || 2 * (sizes.state + halos) > MAX_EVIDENCE_BYTES;
}
