/** Enough for a coordinator that restarts, and not so much that a person waits for nothing. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Milliseconds to wait before try number `attempt`, counted from 0. Doubles up to half a minute, less a random
 * part of up to one half, so that a thousand tabs do not come back to a restarted coordinator at once.
 * `random` gives numbers in [0, 1).
 */
export function pauseBefore(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return longest * (1 - random() / 2);
}
