/** A pair of weights that ties the end of a cone to its start, for one secret vector. */
export interface Tie {
  /** The secret vector, on the state at the end. */
  readonly end: Float64Array;
  /** What it is at the start. */
  readonly start: Float64Array;
  /** For each source of the cone `[steps]`. */
  readonly gains: readonly Float64Array[];
}

/** What is claimed, for one component: cells in the order of `endSlabs` and `startSlabs`; amplitudes `[sources][steps]`, 0 where a source feeds another component. */
export interface Claim {
  readonly start: Float32Array;
  readonly end: Float32Array;
  readonly amplitudes: readonly Float64Array[];
}

/** `error`: the largest misfit over its scale, of all secret vectors: what tolerances are compared with. */
export type Verdict =
  | { readonly kind: 'holds'; readonly error: number }
  | { readonly kind: 'broken'; readonly error: number }
  | { readonly kind: 'not finite' };

/** Some devices take f32 numbers below this for 0. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * Whether a claim fits: |⟨r, end⟩ − ⟨w, start⟩ − Σ g·amplitude| ≤ tolerance · scale for each vector.
 *
 * The scale is ‖end‖ (of the wave that r is on) + ‖w∘start‖ + ‖g∘amplitude‖. The first alone would be too strict where a wave has just left the box: what is left of it is
 * small, and the rounding errors it leaves behind are not. What the cone's start could have made of the box bounds them.
 *
 * An error e at the end misses one normal vector with a probability below √(2/π) · tolerance · scale / ‖e‖, whatever e is, since
 * ⟨r, e⟩ is normal with variance ‖e‖²; vectors are independent, so those of several multiply.
 */
export function judge(ties: readonly Tie[], claim: Claim, tolerance: number): Verdict {
  if (!claim.start.every(Number.isFinite) || !claim.end.every(Number.isFinite)) return { kind: 'not finite' };
  const error = Math.max(...ties.map((tie) => errorOf(tie, claim)));
  return { kind: error <= tolerance ? 'holds' : 'broken', error };
}

function errorOf({ start, end, gains }: Tie, claim: Claim): number {
  const [before, after] = [product(start, claim.start), product(end, claim.end)];
  let fed = 0;
  let fedSquares = 0;
  let steps = 1;
  for (const [source, gain] of gains.entries()) {
    const { sum, squares } = product(gain, claim.amplitudes[source] as Float64Array);
    fed += sum;
    fedSquares += squares;
    steps = gain.length;
  }
  const misfit = Math.abs(after.sum - before.sum - fed);
  const flushed = SMALLEST_NORMAL * steps * (before.weight + after.weight);
  const scale = Math.sqrt(after.seen) + Math.sqrt(before.squares) + Math.sqrt(fedSquares);
  return misfit <= flushed ? 0 : (misfit - flushed) / scale;
}

/** Σab, Σ(ab)², Σ|a|, and Σb² where a is not 0. */
function product(weights: Float64Array, cells: ArrayLike<number>) {
  let [sum, squares, weight, seen] = [0, 0, 0, 0];
  for (let index = 0; index < weights.length; index += 1) {
    const [a, b] = [weights[index] as number, cells[index] as number];
    sum += a * b;
    squares += (a * b) ** 2;
    weight += Math.abs(a);
    if (a !== 0) seen += b * b;
  }
  return { sum, squares, weight, seen };
}
