import type { Job } from '../../core/job/job.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Span } from '../../core/witness/span.js';
import type { Asking } from './asking.js';
import { Bisection, type BisectionTools } from './bisection.js';
import { INFINITE } from './case.js';
import { Disputes } from './disputes.js';
import type { Rulings } from './rulings.js';
import type { SignedBricks } from './signed-bricks.js';
import type { SignedPlan } from './signed-plan.js';
import type { SignedSpan } from './signed-span.js';
import { SpanChecks, type SpanChecksTools } from './span-checks.js';
import { retellWithin } from './span-length.js';
import type { Twins } from './twins.js';

interface TrialsTools extends SpanChecksTools, Omit<BisectionTools, 'asking' | 'court' | 'store'> {
  readonly asking: Asking;
  readonly rulings: Rulings;
  readonly bricks: SignedBricks;
  readonly log: (event: string, details: object) => void;
  /** Whether a plan does. */
  readonly stands: (signed: SignedPlan) => boolean;
  readonly failed: (error: unknown) => void;
}

/**
 * Looks into spans: those that are drawn are computed again (`SpanChecks`), and so are those of a shard's peer and its shadow where the two
 * differ; what is too large to be shown is bisected (`Bisection`). `Rulings` says what follows.
 */
export class Trials {
  readonly #id: string;
  readonly #tools: TrialsTools;
  readonly #checks: SpanChecks;
  readonly #bisection: Bisection;
  readonly #disputes = new Disputes();
  readonly #underWay = new Set<Promise<void>>();
  /** What was signed for the bricks at the start of spans of which it is not known yet whether they are to be checked. */
  readonly #starts = new WeakMap<SignedSpan, Uint8Array>();
  /** Two of two numerical classes were farther apart than they may be, and each came to what it signed: in this job nobody can tell. */
  #driftsApart = false;

  constructor(id: string, job: Job, tools: TrialsTools) {
    this.#id = id;
    this.#tools = tools;
    this.#checks = new SpanChecks(job, tools);
    this.#bisection = new Bisection(job, tools);
  }

  /** Whether peers of two numerical classes may be held to each other in this job: not where they have drifted apart, and nobody was wrong. */
  get areClassesComparable(): boolean {
    return !this.#driftsApart;
  }

  /** Whether a peer and its twin differ, and it is not known yet who of them is wrong. */
  concern(peer: PeerId): boolean {
    return this.#disputes.concerns(peer);
  }

  /** Has a span checked. `twin`: the same as its peer's shadow signed for it, where that agrees. */
  begin(signed: SignedPlan, span: SignedSpan, twin?: SignedSpan): void {
    const { from, step } = span.statement;
    signed.beginsCheck(span.peer, from, step);
    const startDigests = this.#starts.get(span) ?? this.#startOf(signed, span);
    const stands = () => this.#tools.stands(signed) && signed.isHeldBy(span.peer);
    this.#keep(stands, () => this.#check(signed, { span, twin }, startDigests, stands));
  }

  /** Has the spans of two checked that differ. */
  dispute(signed: SignedPlan, { peer, shadow }: Twins): void {
    const { shard, step } = peer.statement;
    if (!this.#disputes.begin({ peer, shadow })) return;
    const details = { job: this.#id, plan: signed.plan.id, shard, step };
    this.#tools.log('disputed', { ...details, peer: peer.peer, shadow: shadow.peer });
    if (!signed.sizes.canBeShown.has(shard)) return this.#bisect(signed, { peer, shadow });
    for (const span of [peer, shadow]) this.begin(signed, span);
  }

  /** These may be checked when others have been compared after them. */
  noteStarts(signed: SignedPlan, spans: readonly SignedSpan[]): void {
    for (const span of spans) {
      const start = this.#startOf(signed, span);
      if (start) this.#starts.set(span, start);
    }
  }

  /** The run goes back: all plans so far are void. */
  clear(): void {
    this.#checks.clear();
    this.#disputes.clear();
  }

  /** Resolves when nothing is looked into any more, once nobody is asked. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Has two who differ tell how they came to it: what they have is too large to be shown. */
  #bisect(signed: SignedPlan, twins: Twins): void {
    const { plan, sizes } = signed;
    const { shard, from, step } = twins.peer.statement;
    const pair = [twins.peer, twins.shadow];
    for (const { peer } of pair) signed.beginsCheck(peer, from, step);
    const span: Span = { plan, shard, from, to: step };
    const stands = () => this.#tools.stands(signed) && pair.every(({ peer }) => signed.isHeldBy(peer));
    const start = this.#startOf(signed, twins.peer);
    this.#keep(stands, async () => {
      const found = await this.#bisection.find(span, twins, start, retellWithin(sizes));
      if (!stands()) return;
      // Where the field is said to be infinite, that one of them was so a step sooner may be all; nothing of it is sealed meanwhile.
      const finding = found.kind === 'open' && this.#tools.isInDoubt() ? INFINITE : found;
      for (const { peer } of pair) signed.endsCheck(peer, step);
      this.#disputes.settle(twins.peer.peer);
      this.#tools.log('bisected', { job: this.#id, plan: plan.id, shard, step, found: finding.kind });
      if (finding.kind === 'open' && signed.isUnlike(shard)) return this.#undecided(signed, twins);
      this.#tools.rulings.bisected(twins, finding);
    });
  }

  /** Owns what is looked into, so that `close` can wait for it. */
  #keep(stands: () => boolean, look: () => Promise<void>): void {
    const under = look()
      .catch((error) => {
        // What a void plan began with may be gone, with the seal that was given up.
        if (stands()) this.#tools.failed(error);
      })
      .finally(() => this.#underWay.delete(under));
    this.#underWay.add(under);
  }

  /** What was signed for the bricks that a span began with, where that is known: by its own peer, or by those who handed them over. */
  #startOf(
    signed: SignedPlan,
    { peer, known, statement: { shard, from } }: SignedSpan,
  ): Uint8Array | undefined {
    if (from === signed.plan.from)
      return this.#tools.bricks.takenOver(signed.plan, shard, known.numericalClass);
    const { last } = signed;
    if (last?.step !== from) return undefined;
    return [...last.byShard.values(), ...last.shadows.values()].find((span) => span.peer === peer)?.digests;
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
    if (outcome.kind === 'not shown') return stands() ? this.#tools.rulings.notShown(span) : undefined;
    if (stands()) {
      const { peer } = span;
      const { verdict, by } = outcome;
      this.#tools.log('checked', { job: this.#id, peer, plan: plan.id, step, verdict: verdict.kind, by });
      signed.endsCheck(peer, step);
      // Of what is infinite two may truly have other bits: whoever says that it is has it looked into.
      const isSettled = verdict.kind === 'undecided' ? verdict.why === 'infinite' : verdict.kind !== 'holds';
      if (isSettled) this.#disputes.settle(peer);
      this.#tools.rulings.verdict(span, outcome, twin);
      const twins = isSettled ? undefined : this.#disputes.held(peer);
      if (twins) this.#undecided(signed, twins);
    }
    if (outcome.liar) this.#tools.rulings.inspectorLied(outcome.liar);
  }

  /** Two differ, and each came to what it signed for from what it began with. */
  #undecided(signed: SignedPlan, { peer, shadow }: Twins): void {
    if (signed.isUnlike(peer.statement.shard)) this.#driftsApart = true;
    this.#tools.rulings.undecided(peer, shadow);
  }
}
