import type { Job } from '../../core/job/job.js';
import { holdersIn, planWithout } from '../../core/protocol/holders.js';
import { MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Statement } from '../../core/trust/statement/statement.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import { isLong, type SpanSizes, spanPause, spanSizes, unseenShards } from './span-length.js';

/** A peer that has not signed for the span that ends at `step`, which somebody else last signed for at `since`, by `Date.now`. */
export interface Silent {
  readonly peer: PeerId;
  readonly step: number;
  readonly since: number;
}

/** A span for which two of another numerical class signed, while what they have is compared. */
export interface Comparison {
  readonly peers: readonly PeerId[];
  readonly from: number;
  readonly to: number;
}

interface SignedPlanTerms {
  /** Whether two peers have the same bits where they compute the same; they do unless given. */
  readonly areAlike?: (a: PeerId, b: PeerId) => boolean;
  /** Bytes that a peer shows of one span, at most. */
  readonly limit?: number;
}

/** One plan's spans. All shards end theirs at the same steps, and so do their shadows. */
export class SignedPlan {
  #plan: Plan;
  /** Shards whose peer and shadow need not have the same bits: they are of two numerical classes, or once had other halos. */
  readonly #unlike: Set<number>;
  /** Those of which such a shadow has become the peer. */
  readonly #heirsToOthers = new Set<number>();
  readonly #comparisons = new Set<Comparison>();
  readonly #sizes: SpanSizes;
  /** By the step at which a span ends, what has been signed for it, by peer. */
  readonly #groups = new Map<number, Map<PeerId, SignedSpan>>();
  /** Where what each peer signed last ends; left out where it has signed nothing. */
  readonly #signedThrough = new Map<PeerId, number>();
  /** Spans that are being checked, by peer: where each ends, and where it began. */
  readonly #checks = new Map<PeerId, Map<number, number>>();
  /** When the plan was made. */
  readonly #began = Date.now();
  /** And when the last of what was signed for a span so far came: before, who is missing was not the only one. */
  readonly #lastSigned = new Map<number, number>();
  /** By shard whose own peer is gone: before this step some of its halos may be that peer's, who signs for them no more. */
  readonly #unsignedBefore = new Map<number, number>();
  /** Where spans end: what peers were told of, and the job's end. */
  readonly #ends: Set<number>;
  /** Where the last span was made to end, and when. */
  #lastEnd: { readonly step: number; readonly at: number };
  #end: number | undefined;
  #compared: number;
  #last: SpanGroup | undefined;

  constructor(
    job: Job,
    plan: Plan,
    { areAlike = () => true, limit = MAX_EVIDENCE_BYTES }: SignedPlanTerms = {},
  ) {
    this.#plan = plan;
    const unlike = (plan.shadows ?? []).filter(
      ({ peer, shard }) => !areAlike(peer, plan.shards[shard]?.peer ?? peer),
    );
    this.#unlike = new Set(unlike.map(({ shard }) => shard));
    this.#sizes = spanSizes(job, plan, limit);
    this.#compared = plan.from;
    this.#ends = new Set([job.steps]);
    this.#lastEnd = { step: plan.from, at: this.#began };
  }

  /** As it stands: shadows take over. */
  get plan(): Plan {
    return this.#plan;
  }

  get sizes(): SpanSizes {
    return this.#sizes;
  }

  /** Peers of shards that nobody computes again: too large to be shown, and without a shadow that tells anything of them. */
  unseen(tells: (peer: PeerId, shadow: PeerId) => boolean): PeerId[] {
    const { shards } = this.#plan;
    return unseenShards(this.#plan, this.#sizes, tells).map((shard) => shards[shard]?.peer as PeerId);
  }

  /** The step at which another plan took over; undefined while none has. */
  get end(): number | undefined {
    return this.#end;
  }

  /** Another plan takes over at `end`. The first that does so counts: others take over from that one. */
  takenOver(end: number): void {
    this.#end ??= end;
    this.#ends.add(this.#end);
  }

  /** A peer holds nothing of the plan any more; what it sent may be in use until `step`. */
  retire(peer: PeerId, step: number): void {
    const shard = this.#plan.shards.findIndex((own) => own.peer === peer);
    // Shadows send nothing.
    if (shard >= 0) this.#unsignedBefore.set(shard, step);
    if (this.isUnlike(shard)) this.#heirsToOthers.add(shard);
    this.#plan = planWithout(this.#plan, peer) ?? this.#plan;
    for (const group of this.#groups.values()) group.delete(peer);
    this.#checks.delete(peer);
  }

  /** Whether all that a shard sent in the next span to be compared has been signed for by somebody who is there. */
  isSignedWhole(shard: number): boolean {
    return this.#compared >= (this.#unsignedBefore.get(shard) ?? 0);
  }

  /** Whether a shard's peer and its shadow need not have the same bits, as far as it has, or had, a shadow. */
  isUnlike(shard: number): boolean {
    return this.#unlike.has(shard);
  }

  /** A shard's peer and its shadow had other halos: from then on they need not have the same bits. */
  grewUnlike(shard: number): void {
    this.#unlike.add(shard);
  }

  /**
   * Whether the next span to be compared holds halos of a shard's former peer, and its shadow, which signs in its place, need not have
   * the same bits.
   */
  isHeirToOthers(shard: number): boolean {
    return !this.isSignedWhole(shard) && this.#heirsToOthers.has(shard);
  }

  isHeldBy(peer: PeerId): boolean {
    return holdersIn(this.#plan).some((holder) => holder.peer === peer);
  }

  /**
   * Whether a span is to end at `until`, as far as peers may go now: it does from then on, and peers have to be told. `areTrusted`: all of
   * them. `isKept`: the state there is to be stored or copied, and a span ends there in any case.
   */
  endSpanAt(
    until: number,
    { areTrusted, isKept }: { readonly areTrusted: boolean; readonly isKept: boolean },
  ): boolean {
    const { epoch, exchangeEvery, signed } = this.plan;
    const { step, at } = this.#lastEnd;
    if (!isKept && signed === 'states') return false;
    const isSoon = Date.now() - at < spanPause(this.#sizes, at - this.#began, areTrusted);
    if (!isKept && isSoon && !isLong(this.#sizes, exchangeEvery, until + epoch - step)) return false;
    this.#ends.add(until);
    this.#lastEnd = { step: until, at: Date.now() };
    return true;
  }

  /** The step up to which all has been compared, and what is checked of it chosen. */
  get compared(): number {
    return this.#compared;
  }

  /** What was signed for the last step that has been compared. */
  get last(): SpanGroup | undefined {
    return this.#last;
  }

  /** Whether a span of a peer begins where the one before it ended. One that left something out would never be compared. */
  continues(peer: PeerId, { from, step }: Pick<Statement, 'from' | 'step'>): boolean {
    return from === (this.#signedThrough.get(peer) ?? this.#plan.from) && step > from;
  }

  /** Whether spans end at `step`. For one that ends elsewhere nobody else would ever sign. */
  hasEndAt(step: number): boolean {
    return this.#ends.has(step);
  }

  /** A span that `continues` what its peer signed before. */
  add(span: SignedSpan): void {
    const { step } = span.statement;
    this.#signedThrough.set(span.peer, step);
    const group = this.#groups.get(step) ?? new Map<PeerId, SignedSpan>();
    this.#groups.set(step, group.set(span.peer, span));
    this.#lastSigned.set(step, Date.now());
  }

  /** Takes the next span out that all have signed for, shards and shadows; undefined where one is missing, or another comes before. */
  takeWhole(): SpanGroup | undefined {
    const { shards, shadows = [] } = this.#plan;
    const holders = holdersIn(this.#plan);
    const whole = [...this.#groups].filter(([, group]) => holders.every(({ peer }) => group.has(peer)));
    const [next] = whole.sort(([a], [b]) => a - b);
    if (!next) return undefined;
    const [step, group] = next;
    if (![...group.values()].every(({ statement }) => statement.from === this.#compared)) return undefined;
    this.#groups.delete(step);
    this.#lastSigned.delete(step);
    const of = (peer: PeerId) => group.get(peer) as SignedSpan;
    return {
      step,
      byShard: new Map(shards.map(({ peer }, shard) => [shard, of(peer)])),
      shadows: new Map(shadows.map(({ peer, shard }) => [shard, of(peer)])),
    };
  }

  /** A group that `takeWhole` gave has been compared. */
  hasCompared(group: SpanGroup): void {
    this.#compared = group.step;
    this.#last = group;
  }

  /** A peer that has not signed for a span that others have signed for, if there is one. */
  get silent(): Silent | undefined {
    const [next] = [...this.#groups].sort(([a], [b]) => a - b);
    if (!next) return undefined;
    const [step, signed] = next;
    const missing = holdersIn(this.#plan).find(({ peer }) => !signed.has(peer));
    return missing && { peer: missing.peer, step, since: this.#lastSigned.get(step) ?? 0 };
  }

  /** The span of a peer that ends at `to` is being checked. */
  beginsCheck(peer: PeerId, from: number, to: number): void {
    const spans = this.#checks.get(peer) ?? new Map<number, number>();
    this.#checks.set(peer, spans.set(to, from));
  }

  /** The check of it is over. */
  endsCheck(peer: PeerId, to: number): void {
    this.#checks.get(peer)?.delete(to);
  }

  /** How many spans of a peer are being checked. */
  checksOf(peer: PeerId): number {
    return this.#checks.get(peer)?.size ?? 0;
  }

  beginsComparison(comparison: Comparison): void {
    this.#comparisons.add(comparison);
  }

  endsComparison(comparison: Comparison): void {
    this.#comparisons.delete(comparison);
  }

  /** Whether what a peer has is being compared with what its twin has. */
  isCompared(peer: PeerId): boolean {
    return [...this.#comparisons].some(({ peers }) => peers.includes(peer));
  }

  /** Where the first of the spans begins that are being checked, or compared by their values; undefined where none are. */
  get checkedFrom(): number | undefined {
    const checks = [...this.#checks.values()].flatMap((spans) => [...spans.values()]);
    const starts = [...checks, ...[...this.#comparisons].map(({ from }) => from)];
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  /** Whether all is compared up to `end`, and no span that ends there or before is being checked, or compared by its values. */
  isVettedThrough(end: number): boolean {
    const checks = [...this.#checks.values()].flatMap((spans) => [...spans.keys()]);
    const ends = [...checks, ...[...this.#comparisons].map(({ to }) => to)];
    return this.#compared >= end && ends.every((to) => to > end);
  }
}
