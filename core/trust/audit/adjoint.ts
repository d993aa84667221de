import { type Box, cellCount, intersect } from '../../grid/box.js';
import { eachIndex, type Grown } from './grown.js';

/** What the weighted end of a cone is made of. */
export interface Origin {
  /** Weights of the start, wave after wave: of `now` in the cone's `held` cells, then of `before` in its `inner` ones. */
  readonly start: Float64Array;
  /** For each source `[steps]`: the weight of what it adds in each step. */
  readonly gains: readonly Float64Array[];
}

/** The weights of both levels of one wave, a number for each cell of the frame. */
interface Levels {
  readonly now: Float64Array;
  readonly before: Float64Array;
}

/**
 * Follows weights on the end of a cone back to its start: for every state
 * ⟨end weights, end⟩ = ⟨start weights, start⟩ + Σ gain·amplitude, exactly but for rounding in f64.
 *
 * One step makes u⁺ = A·u + B·u⁻ in the cells it updates; elsewhere levels swap, u⁺ = u⁻. So weights (ν, β) of (u⁺, u) become
 * (β + Aᵀν, Bᵀν) of (u, u⁻): each coefficient is used where its cell reads, not where it is read. No symmetry is
 * asked of A, so absorbing layers are no exception. A mirror copies cells out to its ghosts; transposed, it adds ghosts up inside.
 *
 * `end`: wave after wave, `now` then `before`, each on the cone's box.
 */
export function traceBack(grown: Grown, end: Float64Array): Origin {
  const { cone, frame, update, sources } = grown;
  let waves = readWeights(grown, end);
  const gains = sources.map(() => new Float64Array(cone.steps));
  for (let step = cone.updates.length - 1; step >= 0; step -= 1) {
    const updated = cone.updates[step] as Box;
    for (const [index, { field, box }] of sources.entries()) {
      const { now } = waves[update.waves.indexOf(field)] as Levels;
      (gains[index] as Float64Array)[step] = sumOver(now, frame, intersect(box, updated));
    }
    waves = transposeStep(grown, waves, updated);
  }
  return { start: writeWeights(grown, waves), gains };
}

function transposeStep(grown: Grown, waves: readonly Levels[], updated: Box): Levels[] {
  const { frame, ghosts, reaches, update } = grown;
  const { rowOf, rows } = grown.coefficients;
  const back = waves.map(({ now, before }) => {
    const swapped = now.slice();
    eachIndex(frame, updated, (index) => {
      swapped[index] = 0;
    });
    return { now: before, before: swapped };
  });
  const passes = update.terms.map(({ of, read }, term) => ({
    from: (waves[update.waves.indexOf(of)] as Levels).now,
    to: (back[update.waves.indexOf(read.field)] as Levels)[read.level],
    reach: reaches[term] as number,
  }));
  eachIndex(frame, updated, (index) => {
    const row = (rowOf[index] as number) * passes.length;
    for (let term = 0; term < passes.length; term += 1) {
      const { from, to, reach } = passes[term] as (typeof passes)[number];
      to[index + reach] =
        (to[index + reach] as number) + (rows[row + term] as number) * (from[index] as number);
    }
  });
  for (const { now } of back) {
    for (const { ghost, image } of ghosts) {
      now[image] = (now[image] as number) + (now[ghost] as number);
      now[ghost] = 0;
    }
  }
  return back;
}

function readWeights({ cone, frame, update }: Grown, end: Float64Array): Levels[] {
  let taken = 0;
  const level = () => {
    const weights = new Float64Array(cellCount(frame));
    eachIndex(frame, cone.box, (index) => {
      weights[index] = end[taken] as number;
      taken += 1;
    });
    return weights;
  };
  return update.waves.map(() => ({ now: level(), before: level() }));
}

function writeWeights({ cone, frame }: Grown, waves: readonly Levels[]): Float64Array {
  const start = new Float64Array(waves.length * (cellCount(cone.held) + cellCount(cone.inner)));
  let written = 0;
  const write = (weights: Float64Array, box: Box) =>
    eachIndex(frame, box, (index) => {
      start[written] = weights[index] as number;
      written += 1;
    });
  for (const { now, before } of waves) {
    write(now, cone.held);
    write(before, cone.inner);
  }
  return start;
}

function sumOver(weights: Float64Array, frame: Box, box: Box): number {
  let sum = 0;
  eachIndex(frame, box, (index) => {
    sum += weights[index] as number;
  });
  return sum;
}
