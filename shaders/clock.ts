// Browsers, workers and Node all have them; the platform-free type libraries do not declare them.
const { performance, setTimeout, clearTimeout } = globalThis as unknown as {
  readonly performance: { now(): number };
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
  readonly clearTimeout: (handle: unknown) => void;
};

/** Seconds since some fixed moment, never running backwards. */
export function secondsNow(): number {
  return performance.now() / 1000;
}

/** Hidden tabs may stretch it to a second. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Runs once after so many seconds, unless the function it returns is called first. */
export function after(seconds: number, run: () => void): () => void {
  const handle = setTimeout(run, seconds * 1000);
  return () => clearTimeout(handle);
}
