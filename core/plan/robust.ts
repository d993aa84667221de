/** A normal distribution's standard deviation ÷ its median absolute deviation. */
const SIGMA_OF_MAD = 1.4826;

/** Of no value, NaN. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median absolute deviation, scaled to the standard deviation of a normal distribution. */
export function deviation(values: readonly number[]): number {
  const centre = median(values);
  return SIGMA_OF_MAD * median(values.map((value) => Math.abs(value - centre)));
}
