// Browsers, workers and Node all have it; the platform-free type libraries do not declare it.
const { performance } = globalThis as unknown as { readonly performance: { now(): number } };

/** Seconds since some fixed moment, never running backwards. */
export function secondsNow(): number {
  return performance.now() / 1000;
}
