import type { Job } from '../../core/job/job.js';
import { MAX_STEPS_TRACED } from '../../core/protocol/limits.js';
import type { Span } from '../../core/witness/span.js';
import { readTrace, stepsBetween, tellsWhatIsSigned, traceBytes } from '../../core/witness/trace.js';
import type { Asking } from './asking.js';
import { BrickScales, type WeighingTools } from './brick-scales.js';
import {
  type Case,
  type Finding,
  isFinding,
  isSameState,
  signedOf,
  silentOf,
  type Teller,
  type Traces,
} from './case.js';
import { digest } from './checker.js';
import type { Judge } from './court.js';
import { DispatchScales } from './dispatch-scales.js';
import { Exhibits, RETOLD } from './exhibits.js';
import type { SignedSpan } from './signed-span.js';
import type { Twins } from './twins.js';

export interface BisectionTools extends WeighingTools {
  readonly asking: Pick<Asking, 'demand'>;
  readonly court: Pick<Judge, 'numericalClass'>;
  /** Bytes that a peer shows of one span, at most. */
  readonly limit: number;
}

/**
 * Finds out who of two lied about a span that is too large to be shown. Both compute it once more, from the start and the halos that are
 * signed for, and tell what they had on the way, until they differ by one exchange; and there, one brick that differs is computed here, from
 * what it is made of, on which both agree. Who tells otherwise than it signed is found by its own word.
 */
export class Bisection {
  readonly #job: Job;
  readonly #court: BisectionTools['court'];
  readonly #exhibits: Exhibits;
  readonly #bricks: BrickScales;
  readonly #dispatches: DispatchScales;

  constructor(job: Job, tools: BisectionTools) {
    this.#job = job;
    this.#court = tools.court;
    this.#exhibits = new Exhibits(job, tools);
    this.#bricks = new BrickScales(job, tools, this.#exhibits);
    this.#dispatches = new DispatchScales(job, this.#exhibits, this.#bricks, (found, step) =>
      this.#hadOthersAt(found, step),
    );
  }

  /** `startDigests`: of the bricks at the span's start, as they were signed for, where that is known. Rejects as engine and store do. */
  async find(
    span: Span,
    { peer, shadow }: Twins,
    startDigests: Uint8Array | undefined,
    withinMs: number,
  ): Promise<Finding> {
    const [one, other] = [peer.known.numericalClass, shadow.known.numericalClass];
    if (one !== other) return { kind: 'open', why: 'they are of two numerical classes' };
    const isSameClass = one === (await this.#court.numericalClass());
    const telling = (signed: SignedSpan): Teller => ({
      signed,
      states: new Map([[span.to, signed.digests]]),
    });
    const tellers: Case['tellers'] = [telling(peer), telling(shadow)];
    return this.#narrow({ span, tellers, startDigests, isSameClass, withinMs }, span.from, span.to);
  }

  /** Down to the exchange between whose steps they come to differ. */
  async #narrow(found: Case, first: number, last: number): Promise<Finding> {
    const { span, tellers, startDigests } = found;
    for (let [from, to] = [first, last]; ; ) {
      const at = stepsBetween(span, from, to, MAX_STEPS_TRACED);
      const traces = await this.#trace(found, at);
      if (isFinding(traces)) return traces;
      const others = tellers.filter(({ states }) => !isSameState(states.get(span.from), startDigests));
      if (startDigests && others.length > 0) return { kind: 'other start', who: others.map(signedOf) };
      const apart = at.findIndex((step) => !this.#isAgreed(tellers, step));
      if (apart < 0) return this.#dispatches.weigh(found, traces);
      if (apart === 0) return this.#bricks.weighStart(found);
      [from, to] = [at[apart - 1] as number, at[apart] as number];
      if (to - from <= span.plan.exchangeEvery) return this.#bricks.weigh(found, traces, from, to);
    }
  }

  /** Asks both; who tells otherwise than before is found. */
  async #trace({ span, tellers, withinMs }: Case, at: readonly number[]): Promise<Traces | Finding> {
    const bytes = traceBytes(this.#job, span, at);
    const told = await this.#exhibits.ask(
      { tellers, span },
      { bytes, message: { type: 'trace', at: [...at] }, withinMs },
    );
    const traces = told.map((bytes) => bytes && readTrace(this.#job, span, at, bytes));
    const liars: SignedSpan[] = [];
    for (const [i, { signed, states }] of tellers.entries()) {
      const trace = traces[i];
      if (!trace) continue;
      const isTrue = await tellsWhatIsSigned(this.#job, span, signed.statement, trace, digest);
      const isSame = at.every((step, j) => isSameState(states.get(step) ?? trace.states[j], trace.states[j]));
      if (!isTrue || !isSame) liars.push(signed);
      for (const [j, step] of at.entries()) states.set(step, trace.states[j] as Uint8Array);
    }
    if (liars.length > 0) return { kind: 'lied', who: liars, why: RETOLD };
    const [a, b] = traces;
    return a && b ? [a, b] : silentOf(tellers, traces);
  }

  /** What is found where the two had other states at a step, between those that they told of before: they differed for a while. */
  async #hadOthersAt(found: Case, step: number): Promise<Finding | undefined> {
    const { tellers } = found;
    const again = await this.#trace(found, [step]);
    if (isFinding(again)) return again;
    if (this.#isAgreed(tellers, step)) return undefined;
    const agreed = [...tellers[0].states.keys()].filter((at) => at < step && this.#isAgreed(tellers, at));
    return this.#narrow(found, Math.max(...agreed), step);
  }

  #isAgreed([a, b]: Case['tellers'], step: number): boolean {
    return isSameState(a.states.get(step), b.states.get(step));
  }
}
