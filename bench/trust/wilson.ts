/** A share with its interval of 95% confidence. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval (1927): good for shares near 0 and 1 too, where the normal one is not. */
export function wilson(hits: number, trials: number): Share {
  const z = 1.96;
  const value = hits / trials;
  const centre = value + z ** 2 / (2 * trials);
  const spread = z * Math.sqrt((value * (1 - value)) / trials + z ** 2 / (4 * trials ** 2));
  const scale = 1 + z ** 2 / trials;
  return { value, low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}
