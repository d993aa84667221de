/** Numbers that look random and are the same on every machine. */
export interface Random {
  /** In (0, 1). */
  uniform(): number;
  /** Of a lognormal distribution with this median; `sigma` is that of the logarithm. */
  lognormal(median: number, sigma: number): number;
  /** Of a Weibull distribution; below a `shape` of 1, who has stayed long stays longer. */
  weibull(shape: number, scale: number): number;
  exponential(mean: number): number;
}

/** Lehmer's generator modulo the prime 2³¹ − 1. */
export function seeded(seed: number): Random {
  const modulus = 2 ** 31 - 1;
  let state = (seed % (modulus - 1)) + 1;
  const uniform = () => {
    state = (state * 48271) % modulus;
    return state / modulus;
  };
  for (let i = 0; i < 4; i++) uniform();
  // Box and Muller's transform.
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    lognormal: (median, sigma) => (sigma === 0 ? median : median * Math.exp(sigma * normal())),
    weibull: (shape, scale) => scale * (-Math.log(uniform())) ** (1 / shape),
    exponential: (mean) => -mean * Math.log(uniform()),
  };
}
