import type { Job } from '../../core/job/job.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import { isLong, type SpanSizes, spanPause, spanSizes } from './span-length.js';

/** One plan's spans. All shards end theirs at the same steps. */
export class SignedPlan {
  readonly plan: Plan;
  readonly #sizes: SpanSizes;
  /** By the step at which a span ends, what has been signed for it, by shard. */
  readonly #groups = new Map<number, Map<number, SignedSpan>>();
  /** Spans that are being checked, by shard: where each ends, and where it began. */
  readonly #checks = new Map<number, Map<number, number>>();
  /** Where the last span was made to end, and when. */
  #lastEnd: { readonly step: number; readonly at: number };
  #compared: number;
  #last: SpanGroup | undefined;

  constructor(job: Job, plan: Plan) {
    this.plan = plan;
    this.#sizes = spanSizes(job, plan);
    this.#compared = plan.from;
    this.#lastEnd = { step: plan.from, at: Date.now() };
  }

  /** Whether a span is to end at `until`, as far as peers may go now. */
  endsSpanAt(until: number): boolean {
    const { epoch, exchangeEvery } = this.plan;
    const { step, at } = this.#lastEnd;
    const isSoon = Date.now() - at < spanPause(this.#sizes);
    if (isSoon && !isLong(this.#sizes, exchangeEvery, until + epoch - step)) return false;
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

  add(span: SignedSpan): void {
    const { step, shard } = span.statement;
    const group = this.#groups.get(step) ?? new Map<number, SignedSpan>();
    this.#groups.set(step, group.set(shard, span));
  }

  /** Takes the next span out that all shards have signed for; undefined where one is missing, or another comes before. */
  takeWhole(): SpanGroup | undefined {
    const whole = [...this.#groups].filter(([, group]) => group.size === this.plan.shards.length);
    const [next] = whole.sort(([a], [b]) => a - b);
    if (!next) return undefined;
    const [step, byShard] = next;
    if (![...byShard.values()].every(({ statement }) => statement.from === this.#compared)) return undefined;
    this.#groups.delete(step);
    return { step, byShard };
  }

  /** A group that `takeWhole` gave has been compared. */
  hasCompared(group: SpanGroup): void {
    this.#compared = group.step;
    this.#last = group;
  }

  /** A peer that has not signed for a span that others have signed for, if there is one. */
  get silent(): PeerId | undefined {
    const [next] = [...this.#groups].sort(([a], [b]) => a - b);
    return this.plan.shards.find((_, shard) => next && !next[1].has(shard))?.peer;
  }

  /** The span of a shard that ends at `to` is being checked. */
  beginsCheck(shard: number, from: number, to: number): void {
    const spans = this.#checks.get(shard) ?? new Map<number, number>();
    this.#checks.set(shard, spans.set(to, from));
  }

  /** The check of it is over. */
  endsCheck(shard: number, to: number): void {
    this.#checks.get(shard)?.delete(to);
  }

  /** How many spans of a shard are being checked. */
  checksOf(shard: number): number {
    return this.#checks.get(shard)?.size ?? 0;
  }

  /** Where the first of the spans begins that are being checked; undefined where none are. */
  get checkedFrom(): number | undefined {
    const starts = [...this.#checks.values()].flatMap((spans) => [...spans.values()]);
    return starts.length === 0 ? undefined : Math.min(...starts);
  }

  /** Whether all is compared up to `end`, and no span that ends there or before is being checked. */
  isVettedThrough(end: number): boolean {
    const ends = [...this.#checks.values()].flatMap((spans) => [...spans.keys()]);
    return this.#compared >= end && ends.every((to) => to > end);
  }
}
