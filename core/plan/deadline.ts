import { deviation, median } from './robust.js';

/** Deviations beyond the median that are still on time: honest epochs exceed it once in many thousands. */
const DEVIATIONS = 6;
/** An epoch this many times as long as usual is on time, however regular the others were. */
const SLACK = 2;
/** Fewer epochs tell nothing. */
const FEWEST = 4;

/**
 * What the next epoch may take, by what those before it took, in any unit of time: median + 6 deviations, and at least twice
 * the median. Infinity after fewer than 4 epochs.
 */
export function deadlineAfter(epochs: readonly number[]): number {
  if (epochs.length < FEWEST) return Infinity;
  const usual = median(epochs);
  return Math.max(SLACK * usual, usual + DEVIATIONS * deviation(epochs));
}
