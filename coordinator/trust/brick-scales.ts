import { randomInt } from 'node:crypto';
import type { Box, Triple } from '../../core/grid/box.js';
import { brickBox, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { type Readable, stateSlabs } from '../../core/peer/load.js';
import { digestOf } from '../../core/protocol/seal.js';
import { spanTolerance } from '../../core/trust/classes/drift.js';
import { coneOf, endSlabs, startSlabs } from '../../core/trust/cone.js';
import { recompute } from '../../core/trust/replica/recompute.js';
import { brickDigest, sameDigest } from '../../core/trust/statement/brick-digest.js';
import { misfitBeside, scaleOf } from '../../core/witness/compare.js';
import { areFinite, reachesEdge } from '../../core/witness/edge.js';
import { bricksUnder, cellsOf } from '../../core/witness/region.js';
import { recomputeSpan } from '../../core/witness/replay.js';
import { boxOfSpan, exchangeSteps, type Span } from '../../core/witness/span.js';
import { storedPhysics } from '../../core/witness/stored-physics.js';
import type { Slab } from '../../shaders/engine.js';
import {
  type Case,
  differences,
  type Finding,
  firstOther,
  INFINITE,
  isFinding,
  signedOf,
  silentOf,
  type Traces,
} from './case.js';
import { type Checker, digest } from './checker.js';
import { keepsHalves } from './class-in-job.js';
import type { Exhibits } from './exhibits.js';
import { KnownStarts } from './known-starts.js';

export interface WeighingTools {
  readonly checker: Pick<Checker, 'computeInTurn'>;
  readonly store: Readable;
}

/** Bricks that are computed again where no bits can be compared: a liar may have a small lie among large ones. */
const BRICKS_WEIGHED = 4;

/** What a box comes to, and what it is made of. */
interface Remade {
  readonly startSlabs: readonly Slab[];
  readonly start: Float32Array;
  readonly endSlabs: readonly Slab[];
  readonly end: Float32Array;
}

const COMPUTED = 'what it signed for does not come of what it had';

/** Computes bricks of two in dispute again, from what both had alike, and tells who had something else. */
export class BrickScales {
  readonly #job: Job;
  readonly #tools: WeighingTools;
  readonly #exhibits: Exhibits;

  constructor(job: Job, tools: WeighingTools, exhibits: Exhibits) {
    this.#job = job;
    this.#tools = tools;
    this.#exhibits = exhibits;
  }

  /** Bricks that are the same for both at `from`, and not at `to`. One tells, bit by bit; where no bits can be compared, some may. */
  async weigh(found: Case, traces: Traces, from: number, to: number): Promise<Finding> {
    const places = differences(found.tellers, to);
    if (keepsHalves(found.tellers[0].signed.known.numericalClass))
      return { kind: 'open', why: 'what f16 loses in one exchange is as much as a lie may change' };
    if (found.isSameClass) return this.#weighBrick(found, traces, from, to, places[0] as number);
    let unclear: Finding = {
      kind: 'open',
      why: 'they are of another numerical class than whoever checks, and near each other',
    };
    for (const place of sample(places, BRICKS_WEIGHED)) {
      const finding = await this.#weighBrick(found, traces, from, to, place);
      if (finding.kind === 'infinite') unclear = finding;
      else if (finding.kind !== 'open') return finding;
    }
    return unclear;
  }

  /** They began with other states: what the plan starts from is made here, where it is the job's own or sealed. */
  async weighStart(found: Case): Promise<Finding> {
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

  /** What a box of the shard comes to within one exchange, at whose beginning both had the same. */
  async remake(
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
    const shown = await this.#exhibits.bricks(found, traces, from, bricksUnder(job, span, slabs));
    if (isFinding(shown)) return shown;
    const start = cellsOf(job, span, slabs, shown);
    const physics = await storedPhysics(job, span.plan.job, this.#tools.store);
    const end = await this.#tools.checker.computeInTurn(
      (engine) => recompute(engine, physics, cone, { kind: 'all' }, from, start),
      isUrgent,
    );
    return { startSlabs: slabs, start, endSlabs: endSlabs(job, cone, { kind: 'all' }), end };
  }

  async #weighBrick(found: Case, traces: Traces, from: number, to: number, place: number): Promise<Finding> {
    const made = await this.remake(found, traces, { from, to }, this.#boxOf(found.span, place));
    if (isFinding(made)) return made;
    if (found.isSameClass) return this.#whoDiffers(found, to, place, made.end);
    return this.#whoIsFar(found, traces, { ...this.#alone(found.span, place), from, to }, place, made);
  }

  /** Each shows what it had of the brick at the end; who is not within the tolerance between classes lied. */
  async #whoIsFar(found: Case, traces: Traces, brick: Span, place: number, made: Remade): Promise<Finding> {
    const shown = await this.#exhibits.show(found, traces, brick.to, [place]);
    if (isFinding(shown)) return shown;
    const tolerance = spanTolerance(brick.to - brick.from);
    const told = shown.flatMap((own) => own?.bricks.get(place) ?? []);
    const reaches = (slabs: readonly Slab[], cells: Float32Array) =>
      reachesEdge(this.#job, slabs, cells, 'f32');
    const isAtTheEdge =
      !areFinite(told) && (reaches(made.startSlabs, made.start) || reaches(made.endSlabs, made.end));
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

  async #whoDiffers({ tellers }: Case, step: number, place: number, cells: Float32Array): Promise<Finding> {
    if (!areFinite([cells])) return INFINITE;
    const truth = await brickDigest(cells, digest);
    const wrong = tellers.filter(
      ({ states }) => !sameDigest(digestOf(states.get(step) as Uint8Array, place), truth),
    );
    return { kind: 'lied', who: wrong.map(signedOf), why: COMPUTED };
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

/** So many of them, by chance. */
function sample(places: readonly number[], most: number): number[] {
  const left = [...places];
  return Array.from(
    { length: Math.min(most, left.length) },
    () => left.splice(randomInt(left.length), 1)[0] as number,
  );
}
