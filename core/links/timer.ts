// Every platform has these two; the core is compiled without the types of any.
const platform = globalThis as unknown as {
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(handle: unknown): void;
};

/** Runs once after a while, unless the function it returns is called first. */
export function after(milliseconds: number, run: () => void): () => void {
  const handle = platform.setTimeout(run, milliseconds);
  return () => platform.clearTimeout(handle);
}
