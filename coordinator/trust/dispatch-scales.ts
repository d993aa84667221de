import { cellCount } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import { sameDigest } from '../../core/trust/statement/brick-digest.js';
import { haloHash } from '../../core/witness/digests.js';
import { areFinite } from '../../core/witness/edge.js';
import { outputsOf } from '../../core/witness/outputs.js';
import { bricksUnder, cellsOf, isOfOneArray } from '../../core/witness/region.js';
import { roundAsSent } from '../../core/witness/replay.js';
import { exchangeOf, exchangeSteps, type Span } from '../../core/witness/span.js';
import { stepsBetween, type Trace } from '../../core/witness/trace.js';
import type { Slab } from '../../shaders/engine.js';
import type { BrickScales } from './brick-scales.js';
import { type Case, type Finding, firstOther, INFINITE, isFinding, signedOf, type Traces } from './case.js';
import { digest } from './checker.js';
import type { Exhibits } from './exhibits.js';

const SENT = 'it sent halos that it did not have';
const STORED = 'its outputs are not of what it had';

/** What is found where the two had other states at a step, between those that they told of before; undefined where they had not. */
type HadOthersAt = (found: Case, step: number) => Promise<Finding | undefined>;

/** Compares what two in dispute say that they sent and stored with what both had alike. */
export class DispatchScales {
  readonly #job: Job;
  readonly #exhibits: Exhibits;
  readonly #bricks: Pick<BrickScales, 'remake'>;
  readonly #hadOthersAt: HadOthersAt;

  constructor(job: Job, exhibits: Exhibits, bricks: Pick<BrickScales, 'remake'>, hadOthersAt: HadOthersAt) {
    this.#job = job;
    this.#exhibits = exhibits;
    this.#bricks = bricks;
    this.#hadOthersAt = hadOthersAt;
  }

  /** They had the same all along, and sent other halos. */
  async weigh(found: Case, traces: Traces): Promise<Finding> {
    const { span, tellers } = found;
    const job = this.#job;
    const { outgoing } = exchangeOf(job, span);
    const place = firstOther(traces[0].sent, traces[1].sent);
    if (!place) return this.#weighOutputs(found, traces);
    const step = exchangeSteps(span)[place.row] as number;
    const otherwise = await this.#hadOthersAt(found, step);
    if (otherwise) return otherwise;
    const { slabs } = outgoing[place.column] as (typeof outgoing)[number];
    const shown = await this.#exhibits.bricks(found, traces, step, bricksUnder(job, span, slabs));
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
      const shown = await this.#exhibits.bricks(found, traces, from, bricksUnder(job, span, [slab]));
      return isFinding(shown) ? shown : cellsOf(job, span, [slab], shown);
    }
    if (!isSameClass)
      return {
        kind: 'open',
        why: 'their outputs are of a step at which nobody of their class computes again',
      };
    const made = await this.#bricks.remake(found, traces, { from, to }, slab.box);
    if (isFinding(made)) return made;
    const place = made.endSlabs.findIndex((own) => isOfOneArray(own, slab));
    const size = cellCount(slab.box);
    return made.end.subarray(place * size, (place + 1) * size);
  }
}

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
