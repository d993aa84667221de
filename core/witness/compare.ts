import type { Slab, StateArray } from '../../shaders/engine.js';
import { cellCount } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { spanTolerance } from '../trust/classes/drift.js';
import { brickSlabs } from './digests.js';
import type { HaloTable } from './evidence.js';
import type { Outcome } from './replay.js';
import { boxOfSpan, type Span } from './span.js';

/**
 * Root mean square below which no wave is held to its own smallness: GPUs may make 0 of what is below f32's smallest normal, 1.2e-38, and
 * within the tolerances, 1e-5 and more, that is nothing beside this.
 */
export const QUIETEST = 1e-30;

/** By array, the mean of the squares of its cells, and no less than `QUIETEST` makes it. */
type Scale = ReadonlyMap<string, number>;

/**
 * How far a state that was shown is from the one that was made again, on another numerical class: in relative L2, brick by brick and wave
 * by wave, of the worst of them. A brick is held to its own norm and to the root mean square of the wave in the whole shard, so that what a
 * wave left behind is not held to its own smallness. Trackers that only watch may jump, and are not compared.
 */
export function misfitOfState(job: Job, span: Span, shown: Float32Array, made: Outcome): number {
  return misfitBeside(job, span, shown, made.end, scalesOf(partsOfState(job, span), made));
}

/** The same, held to the waves in what is around instead of those in the whole shard. */
export function misfitBeside(
  job: Job,
  span: Span,
  shown: Float32Array,
  made: Float32Array,
  around: Scale,
): number {
  return worst(
    partsOfState(job, span).map(({ array, from, to }) => {
      const common = (around.get(array) ?? QUIETEST ** 2) * (to - from);
      return relative(distance(shown, made, from, to), squares(made, from, to) + common);
    }),
  );
}

/** `cells`: of the slabs, one after the other. */
export function scaleOf(slabs: readonly Slab[], cells: Float32Array): Scale {
  const sums = new Map<string, Sum>();
  let from = 0;
  for (const slab of slabs) {
    const to = from + cellCount(slab.box);
    add(sums, arrayName(slab), squares(cells, from, to), to - from);
    from = to;
  }
  return meansOf(sums);
}

/** The same of the halos that were sent: all of a span together. Infinite where a cell is finite in one of the two only. */
export function misfitOfHalos(shown: HaloTable, made: Pick<Outcome, 'sent' | 'end'>): number {
  let [apart, size, cells] = [0, 0, 0];
  for (const [exchange, row] of shown.entries()) {
    for (const [parcel, halo] of row.entries()) {
      const again = made.sent[exchange]?.[parcel] as Float32Array;
      apart += distance(halo, again, 0, halo.length) ** 2;
      size += squares(again, 0, again.length);
      cells += halo.length;
    }
  }
  const mean = squares(made.end, 0, made.end.length) / Math.max(1, made.end.length);
  const common = Math.max(mean, QUIETEST ** 2) * cells;
  return worst([relative(Math.sqrt(apart), size + common)]);
}

/** The largest, where what is no number is larger than any. */
export const worst = (misfits: readonly number[]): number =>
  misfits.reduce(
    (most, misfit) => Math.max(most, Number.isNaN(misfit) ? Number.POSITIVE_INFINITY : misfit),
    0,
  );

/** Over the root of a sum of squares; where nothing is apart it is 0, however little there is. */
export const relative = (apart: number, size: number): number => (apart === 0 ? 0 : apart / Math.sqrt(size));

/** How far a chunk that is stored is from the one that was made again. */
export interface ChunkMisfit {
  /** As `partsOfState` calls the level that outputs show. */
  readonly array: string;
  /** The norm of the difference. */
  readonly apart: number;
  /** The sum of squares of what was made. */
  readonly size: number;
  readonly cells: number;
}

export function chunkMisfit(slab: StateArray, stored: Float32Array, made: Float32Array): ChunkMisfit {
  return {
    array: arrayName(slab),
    apart: distance(stored, made, 0, made.length),
    size: squares(made, 0, made.length),
    cells: made.length,
  };
}

/** Whether the chunks of a span's outputs are those that were made again, on another numerical class: each like a brick of `nearState`. */
export function nearOutputs(
  job: Job,
  span: Span,
  chunks: readonly ChunkMisfit[],
  made: Outcome,
  tolerance: number,
): boolean {
  const scale = scalesOf(partsOfState(job, span), made);
  return chunks.every(({ array, apart, size, cells }) => {
    const whole = scale.get(array);
    return whole === undefined || apart <= tolerance * Math.sqrt(size + whole * cells);
  });
}

/**
 * The same of all chunks of a whole job, of which nothing else is known: each is held to its own norm and to that of the loudest
 * of its wave, so that what a wave left behind is not held to its own smallness. `slack`: times the tolerance.
 */
export function nearChunks(job: Job, chunks: readonly ChunkMisfit[], slack = 1): boolean {
  const tolerance = slack * spanTolerance(job.steps);
  const compared = comparedFields(job);
  const loudest = new Map<string, number>();
  for (const { array, size, cells } of chunks)
    loudest.set(array, Math.max(loudest.get(array) ?? 0, size / Math.max(1, cells)));
  return chunks.every(({ array, apart, size, cells }) => {
    const isCompared = compared.has(array.split(' ')[1] as string);
    return !isCompared || apart <= tolerance * Math.sqrt(size + (loudest.get(array) ?? 0) * cells);
  });
}

/** By which levels of states are told apart. */
export const arrayName = ({ component, field, level }: StateArray) => `${component} ${field} ${level}`;

type Part = ReturnType<typeof partsOfState>[number];

/** Of each array of a whole shard, at the start or the end of its span: whichever is louder. */
function scalesOf(parts: readonly Part[], made: Outcome): Scale {
  const sums = new Map<string, Sum>();
  for (const { array, from, to } of parts)
    add(sums, array, Math.max(squares(made.start, from, to), squares(made.end, from, to)), to - from);
  return meansOf(sums);
}

interface Sum {
  readonly squares: number;
  readonly cells: number;
}

function add(sums: Map<string, Sum>, array: string, more: number, cells: number): void {
  const sum = sums.get(array) ?? { squares: 0, cells: 0 };
  sums.set(array, { squares: sum.squares + more, cells: sum.cells + cells });
}

const meansOf = (sums: ReadonlyMap<string, Sum>): Scale =>
  new Map([...sums].map(([array, sum]) => [array, Math.max(sum.squares / sum.cells, QUIETEST ** 2)]));

function partsOfState(job: Job, span: Span) {
  const compared = comparedFields(job);
  let from = 0;
  return brickSlabs(job, boxOfSpan(span))
    .map((slab) => {
      const part = { array: arrayName(slab), field: slab.field, from, to: from + cellCount(slab.box) };
      from = part.to;
      return part;
    })
    .filter(({ field }) => compared.has(field));
}

/** Trackers that only watch may jump where rounding differs. */
export const comparedFields = ({ model }: Job): ReadonlySet<string> =>
  new Set(
    model.model.fields
      .filter(({ name, kind }) => kind === 'wave' || model.coupledTrackers.has(name))
      .map(({ name }) => name),
  );

/** ‖·‖² of the finite ones. */
export function squares(cells: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const cell = cells[i] as number;
    if (Number.isFinite(cell)) sum += cell ** 2;
  }
  return sum;
}

/**
 * ‖shown − made‖; NaN or infinite, which is near nothing, where one of two cells is not finite. Where neither is, it came so from
 * elsewhere: it spreads alike on every device, and whoever began with it is found by its own check.
 */
export function distance(shown: Float32Array, made: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const [a, b] = [shown[i] as number, made[i] as number];
    if (Number.isFinite(a) || Number.isFinite(b)) sum += (a - b) ** 2;
  }
  return Math.sqrt(sum);
}
