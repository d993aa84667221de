/**
 * How far apart two numerical classes may be after a span of so many steps from the same state, in relative L2. Fused products alone make
 * 1.3e-6 in 100 steps, and rounding grows no faster than the steps; a medium off by 0.1% makes more than 1e-3.
 */
export const spanTolerance = (steps: number): number => 1e-5 + 1e-7 * steps;

/** So far it is known how two classes drift apart. Two that are compared are to begin with the same state again by then. */
export const MOST_DRIFT_STEPS = 10_000;

/**
 * How far apart two numerical classes may be that have computed the same for so many steps since both had the same state, in relative L2.
 * What is rounded away in a step is a push to each mode of the field. A mode that swings forgets the sign of it, and the sum grows as √n; the
 * mean of a field between walls that hold nothing keeps it, walks at random and carries that on: n^1.5. Of fused products and plain ones, the
 * farthest that was seen is 1e-5 after 100 steps, 1.5e-5 after 1000 and 9.7e-4 after 10,000, between such walls
 * (docs/decisions/0046-shadows-of-another-class.md).
 */
export const driftTolerance = (steps: number): number => 1e-5 + 1e-8 * steps ** 1.5;
