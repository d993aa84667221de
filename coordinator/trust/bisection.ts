import { randomInt } from 'node:crypto';
import { type Box, cellCount, type Triple } from '../../core/grid/box.js';
import { brickBox, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { type Readable, stateSlabs } from '../../core/peer/load.js';
import { MAX_STEPS_TRACED } from '../../core/protocol/limits.js';
import { digestOf } from '../../core/protocol/seal.js';
import { spanTolerance } from '../../core/trust/classes/drift.js';
import { coneOf, endSlabs, startSlabs } from '../../core/trust/cone.js';
import { recompute } from '../../core/trust/replica/recompute.js';
import { brickDigest, isDigestOf, sameDigest } from '../../core/trust/statement/brick-digest.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import { misfitBeside, scaleOf } from '../../core/witness/compare.js';
import { haloHash } from '../../core/witness/digests.js';
import { areFinite, reachesEdge } from '../../core/witness/edge.js';
import { outputsOf } from '../../core/witness/outputs.js';
import { bricksUnder, cellsOf, isOfOneArray } from '../../core/witness/region.js';
import { recomputeSpan, roundAsSent } from '../../core/witness/replay.js';
import { readShownBricks, type ShownBricks, shownBytes } from '../../core/witness/shown-bricks.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span } from '../../core/witness/span.js';
import { storedPhysics } from '../../core/witness/stored-physics.js';
import {
  type HashTable,
  readTrace,
  stepsBetween,
  type Trace,
  tellsWhatIsSigned,
  traceBytes,
} from '../../core/witness/trace.js';
import type { Slab } from '../../shaders/engine.js';
import type { Asking, Demand } from './asking.js';
import { type Checker, digest } from './checker.js';
import { keepsHalves } from './class-in-job.js';
import type { Judge } from './court.js';
import { KnownStarts } from './known-starts.js';
import type { SignedSpan } from './signed-span.js';
import type { Twins } from './twins.js';

/** What came of two who signed otherwise for one span. */
export type Finding =
  /** What these signed for does not come of what they had. */
  | { readonly kind: 'lied'; readonly who: readonly SignedSpan[]; readonly why: string }
  /** These do not say how they came to what they signed for. */
  | { readonly kind: 'silent'; readonly who: readonly SignedSpan[] }
  /** These began with other cells than were handed to them. */
  | { readonly kind: 'other start'; readonly who: readonly SignedSpan[] }
  /** Who of the two is wrong cannot be told. */
  | { readonly kind: 'open'; readonly why: string };

export interface BisectionTools {
  readonly asking: Pick<Asking, 'demand'>;
  readonly court: Pick<Judge, 'numericalClass'>;
  readonly checker: Pick<Checker, 'computeInTurn'>;
  readonly store: Readable;
  /** Bytes that a peer shows of one span, at most. */
  readonly limit: number;
}

/** One of the two, and what it has told. */
interface Teller {
  readonly signed: SignedSpan;
  /** By step, a digest for each brick: as it was signed for, or told since. */
  readonly states: Map<number, Uint8Array>;
}

/** Two in dispute about a span, and how long each may take to compute it once more. */
interface Case {
  readonly span: Span;
  readonly tellers: readonly [Teller, Teller];
  readonly startDigests: Uint8Array | undefined;
  /** Whether their bits are those of the checker's engine. */
  readonly isSameClass: boolean;
  readonly withinMs: number;
}

/** Bricks that are computed again where no bits can be compared: a liar may have a small lie among large ones. */
const BRICKS_WEIGHED = 4;

/** What both told last. */
type Traces = readonly [Trace, Trace];

/** What a box comes to, and what it is made of. */
interface Remade {
  readonly startSlabs: readonly Slab[];
  readonly start: Float32Array;
  readonly endSlabs: readonly Slab[];
  readonly end: Float32Array;
}

const COMPUTED = 'what it signed for does not come of what it had';
const SENT = 'it sent halos that it did not have';
const STORED = 'its outputs are not of what it had';
const RETOLD = 'it tells of other cells than it signed for';

/**
 * Finds out who of two lied about a span that is too large to be shown. Both compute it once more, from the start and the halos that are
 * signed for, and tell what they had on the way, until they differ by one exchange; and there, one brick that differs is computed here, from
 * what it is made of, on which both agree. Who tells otherwise than it signed is found by its own word.
 */
export class Bisection {
  readonly #job: Job;
  readonly #tools: BisectionTools;

  constructor(job: Job, tools: BisectionTools) {
    this.#job = job;
    this.#tools = tools;
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
    const isSameClass = one === (await this.#tools.court.numericalClass());
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
      if (apart < 0) return this.#weighHalos(found, traces);
      if (apart === 0) return this.#weighStart(found);
      [from, to] = [at[apart - 1] as number, at[apart] as number];
      if (to - from <= span.plan.exchangeEvery) return this.#weighBricks(found, traces, from, to);
    }
  }

  #isAgreed([a, b]: Case['tellers'], step: number): boolean {
    return isSameState(a.states.get(step), b.states.get(step));
  }

  /** Asks both; who tells otherwise than before is found. */
  async #trace({ span, tellers, withinMs }: Case, at: readonly number[]): Promise<Traces | Finding> {
    const bytes = traceBytes(this.#job, span, at);
    const told = await this.#ask(tellers, span, { bytes, message: { type: 'trace', at: [...at] }, withinMs });
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

  /** Bricks that are the same for both at `from`, and not at `to`. One tells, bit by bit; where no bits can be compared, some may. */
  async #weighBricks(found: Case, traces: Traces, from: number, to: number): Promise<Finding> {
    const places = differences(found.tellers, to);
    if (keepsHalves(found.tellers[0].signed.known.numericalClass))
      return { kind: 'open', why: 'what f16 loses in one exchange is as much as a lie may change' };
    if (found.isSameClass) return this.#weighBrick(found, traces, from, to, places[0] as number);
    for (const place of sample(places, BRICKS_WEIGHED)) {
      const finding = await this.#weighBrick(found, traces, from, to, place);
      if (finding.kind !== 'open') return finding;
    }
    return {
      kind: 'open',
      why: 'they are of another numerical class than whoever checks, and near each other',
    };
  }

  async #weighBrick(found: Case, traces: Traces, from: number, to: number, place: number): Promise<Finding> {
    const made = await this.#remake(found, traces, { from, to }, this.#boxOf(found.span, place));
    if (isFinding(made)) return made;
    if (found.isSameClass) return this.#whoDiffers(found, to, place, made.end);
    return this.#whoIsFar(found, traces, { ...this.#alone(found.span, place), from, to }, place, made);
  }

  /** What a box of the shard comes to within one exchange, at whose beginning both had the same. */
  async #remake(
    found: Case,
    traces: Traces,
    { from, to }: Pick<Span, 'from' | 'to'>,
    box: Box,
  ): Promise<Remade | Finding> {
    const { span } = found;
    const job = this.#job;
    const received = traces.map((trace) => trace.received[exchangeSteps(span).indexOf(from)] ?? []);
    // Of a neighbour whose heir is of another class, one may have had other halos than the other.
    if (firstOther([received[0] ?? []], [received[1] ?? []]))
      return { kind: 'open', why: 'they received other halos' };
    const cone = coneOf(job, box, to - from);
    const slabs = startSlabs(job, cone, { kind: 'all' });
    const shown = await this.#bricks(found, traces, from, bricksUnder(job, span, slabs));
    if (isFinding(shown)) return shown;
    const start = cellsOf(job, span, slabs, shown);
    const physics = await storedPhysics(job, span.plan.job, this.#tools.store);
    const end = await this.#tools.checker.computeInTurn(
      (engine) => recompute(engine, physics, cone, { kind: 'all' }, from, start),
      isUrgent,
    );
    return { startSlabs: slabs, start, endSlabs: endSlabs(job, cone, { kind: 'all' }), end };
  }

  /** Each shows what it had of the brick at the end; who is not within the tolerance between classes lied. */
  async #whoIsFar(found: Case, traces: Traces, brick: Span, place: number, made: Remade): Promise<Finding> {
    const shown = await this.#showBricks(found, traces, brick.to, [place]);
    if (isFinding(shown)) return shown;
    const tolerance = spanTolerance(brick.to - brick.from);
    const told = shown.flatMap((own) => own?.bricks.get(place) ?? []);
    const isAtTheEdge = !areFinite(told) && reachesEdge([made.start, made.end], 'f32');
    if (isAtTheEdge || !areFinite([made.end])) return INFINITE;
    const around = scaleOf(made.startSlabs, made.start);
    const far = found.tellers.filter((_, i) => {
      const cells = shown[i]?.bricks.get(place);
      return cells && !(misfitBeside(this.#job, brick, cells, made.end, around) <= tolerance);
    });
    if (far.length > 0) return { kind: 'lied', who: far.map(signedOf), why: COMPUTED };
    const silent = silentOf(found.tellers, shown);
    return silent.who.length > 0 ? silent : { kind: 'open', why: 'both are near what comes of it' };
  }

  /** They began with other states: what the plan starts from is made here, where it is the job's own or sealed. */
  async #weighStart(found: Case): Promise<Finding> {
    const { span, tellers } = found;
    const place = differences(tellers, span.from)[0] as number;
    const start = new KnownStarts().of(span, true);
    if (!start)
      return { kind: 'open', why: 'they began with other cells, and nobody knows what was handed to them' };
    const alone = this.#alone(span, place);
    const states: Float32Array[] = [];
    await this.#tools.checker.computeInTurn(
      (engine) =>
        recomputeSpan({ engine, objects: this.#tools.store, digest }, this.#job, alone, start, [], {
          reached: async (_, shard) => {
            states.push(await shard.read(stateSlabs(this.#job, boxOfSpan(alone))));
          },
          sent: async () => {},
        }),
      isUrgent,
    );
    return this.#whoDiffers(found, span.from, place, states[0] as Float32Array);
  }

  async #whoDiffers({ tellers }: Case, step: number, place: number, cells: Float32Array): Promise<Finding> {
    if (!areFinite([cells])) return INFINITE;
    const truth = await brickDigest(cells, digest);
    const wrong = tellers.filter(
      ({ states }) => !sameDigest(digestOf(states.get(step) as Uint8Array, place), truth),
    );
    return { kind: 'lied', who: wrong.map(signedOf), why: COMPUTED };
  }

  /** They had the same all along, and sent other halos. */
  async #weighHalos(found: Case, traces: Traces): Promise<Finding> {
    const { span, tellers } = found;
    const job = this.#job;
    const { outgoing } = exchangeOf(job, span);
    const place = firstOther(traces[0].sent, traces[1].sent);
    if (!place) return this.#weighOutputs(found, traces);
    const step = exchangeSteps(span)[place.row] as number;
    const otherwise = await this.#hadOthersAt(found, step);
    if (otherwise) return otherwise;
    const { slabs } = outgoing[place.column] as (typeof outgoing)[number];
    const shown = await this.#bricks(found, traces, step, bricksUnder(job, span, slabs));
    if (isFinding(shown)) return shown;
    const cells = cellsOf(job, span, slabs, shown);
    roundAsSent(job, slabs, cells);
    return whoHashes(tellers, traces, ({ sent }) => sent[place.row]?.[place.column], cells, SENT);
  }

  /** They had and sent the same, and store other outputs. */
  async #weighOutputs(found: Case, traces: Traces): Promise<Finding> {
    const { span, tellers } = found;
    const job = this.#job;
    const place = firstOther(traces[0].outputs, traces[1].outputs);
    if (!place) return { kind: 'open', why: 'they tell the same, and signed otherwise' };
    const { step, chunks } = outputsOf(job, span)[place.row] as ReturnType<typeof outputsOf>[number];
    const { slab } = chunks[place.column] as (typeof chunks)[number];
    const before = stepsBetween(span, span.from, step, Number.POSITIVE_INFINITY).at(-1) as number;
    const otherwise = await this.#hadOthersAt(found, before);
    if (otherwise) return otherwise;
    const cells = await this.#cellsAt(found, traces, { from: before, to: step }, slab);
    if (isFinding(cells)) return cells;
    return whoHashes(tellers, traces, ({ outputs }) => outputs[place.row]?.[place.column], cells, STORED);
  }

  /** Cells of what both had alike at `from`, at that step or within its exchange. */
  async #cellsAt(
    found: Case,
    traces: Traces,
    { from, to }: Pick<Span, 'from' | 'to'>,
    slab: Slab,
  ): Promise<Float32Array | Finding> {
    const { span, isSameClass } = found;
    const job = this.#job;
    if (from === to) {
      const shown = await this.#bricks(found, traces, from, bricksUnder(job, span, [slab]));
      return isFinding(shown) ? shown : cellsOf(job, span, [slab], shown);
    }
    if (!isSameClass)
      return {
        kind: 'open',
        why: 'their outputs are of a step at which nobody of their class computes again',
      };
    const made = await this.#remake(found, traces, { from, to }, slab.box);
    if (isFinding(made)) return made;
    const place = made.endSlabs.findIndex((own) => isOfOneArray(own, slab));
    const size = cellCount(slab.box);
    return made.end.subarray(place * size, (place + 1) * size);
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

  /** Bricks at a step at which both had the same: of whichever of the two shows them. */
  async #bricks(
    found: Case,
    traces: Traces,
    at: number,
    bricks: readonly number[],
  ): Promise<ShownBricks | Finding> {
    const shown = await this.#showBricks(found, traces, at, bricks);
    if (isFinding(shown)) return shown;
    return shown.find((own) => own !== undefined) ?? silentOf(found.tellers, shown);
  }

  /** What each of the two shows, as it told of it; who shows something else is found. */
  async #showBricks(
    { span, tellers, withinMs }: Case,
    traces: Traces,
    at: number,
    bricks: readonly number[],
  ): Promise<readonly (ShownBricks | undefined)[] | Finding> {
    const bytes = shownBytes(this.#job, span, at, bricks);
    if (bytes > this.#tools.limit)
      return {
        kind: 'open',
        why: `what has to be computed again comes of ${bytes} bytes, which is too much`,
      };
    const message: Demand['message'] = { type: 'bricks', at, bricks: [...bricks] };
    const told = await this.#ask(tellers, span, { bytes, message, withinMs });
    const shown = told.map((bytes) => bytes && readShownBricks(this.#job, span, at, bricks, bytes));
    const row = exchangeSteps(span).indexOf(at);
    const liars: SignedSpan[] = [];
    for (const [i, { signed, states }] of tellers.entries()) {
      const own = shown[i];
      const received = traces[i]?.received[row] ?? [];
      if (own && !(await isAsTold(own, states.get(at) as Uint8Array, received))) liars.push(signed);
    }
    return liars.length > 0 ? { kind: 'lied', who: liars, why: RETOLD } : shown;
  }

  #ask(tellers: Case['tellers'], span: Span, demand: Demand) {
    return Promise.all(tellers.map(({ signed }) => this.#tools.asking.demand(signed.peer, span, demand)));
  }

  /** The beginning of the span, as if its shard were one of its bricks and there were no other. */
  #alone(span: Span, place: number): Span {
    const { plan, from } = span;
    const [own] = plan.shards;
    const shards = [{ peer: own?.peer ?? '', box: this.#boxOf(span, place) }];
    return { plan: { ...plan, shards }, shard: 0, from, to: from };
  }

  #boxOf(span: Span, place: number) {
    const { grid } = this.#job;
    return brickBox(grid, bricksOf(grid, boxOfSpan(span))[place] as Triple);
  }
}

/** Nothing is sealed before it is known: it is not kept waiting for other checks. */
const isUrgent = () => true;

const signedOf = ({ signed }: Teller): SignedSpan => signed;

const isFinding = (
  value: Traces | ShownBricks | Remade | Float32Array | Finding | readonly unknown[],
): value is Finding => 'kind' in value;

const isSameState = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && sameDigest(a, b);

function silentOf(
  tellers: Case['tellers'],
  answers: readonly unknown[],
): Extract<Finding, { kind: 'silent' }> {
  const silent = tellers.filter((_, i) => answers[i] === undefined);
  return { kind: 'silent', who: silent.map(signedOf) };
}

/** Devices that compute truly may have other bits there. */
const INFINITE: Finding = { kind: 'open', why: 'what comes of it is not finite' };

/** Of two who told other hashes of the same cells, whoever's are not of them. */
async function whoHashes(
  tellers: Case['tellers'],
  traces: Traces,
  told: (trace: Trace) => Uint8Array | undefined,
  cells: Float32Array,
  why: string,
): Promise<Finding> {
  if (!areFinite([cells])) return INFINITE;
  const truth = await haloHash(cells, digest);
  const wrong = tellers.filter((_, i) => !sameDigest(told(traces[i] as Trace) as Uint8Array, truth));
  return { kind: 'lied', who: wrong.map(signedOf), why };
}

/** Places, in the shard, of the bricks of which they told otherwise. */
function differences([a, b]: Case['tellers'], step: number): number[] {
  const [one, other] = [a.states.get(step) as Uint8Array, b.states.get(step) as Uint8Array];
  const all = Array.from({ length: one.length / BRICK_DIGEST_BYTES }, (_, place) => place);
  return all.filter((place) => !sameDigest(digestOf(one, place), digestOf(other, place)));
}

/** So many of them, by chance. */
function sample(places: readonly number[], most: number): number[] {
  const left = [...places];
  return Array.from(
    { length: Math.min(most, left.length) },
    () => left.splice(randomInt(left.length), 1)[0] as number,
  );
}

async function isAsTold(
  { bricks, received }: ShownBricks,
  state: Uint8Array,
  hashes: readonly Uint8Array[],
): Promise<boolean> {
  for (const [place, cells] of bricks)
    if (!(await isDigestOf(digestOf(state, place), cells, digest))) return false;
  for (const [i, cells] of received.entries())
    if (!sameDigest(await haloHash(cells, digest), hashes[i] as Uint8Array)) return false;
  return true;
}

/** The first hash, exchange by exchange, in which two tables differ. */
function firstOther(
  a: HashTable,
  b: HashTable,
): { readonly row: number; readonly column: number } | undefined {
  for (const [row, hashes] of a.entries()) {
    const column = hashes.findIndex((hash, i) => !sameDigest(hash, b[row]?.[i] as Uint8Array));
    if (column >= 0) return { row, column };
  }
  return undefined;
}
