import { deviation, median } from './robust.js';

/** Deviations beyond the median that are still on time: honest epochs exceed it once in many thousands. */
const DEVIATIONS = 6;
/** An epoch this many times as long as usual is on time, however regular the others were. */
const SLACK = 2;
/** With fewer epochs behind it a peer is judged by its answers alone. */
const FEWEST = 4;

/** How a peer that has not reported for a while is to be taken. `slow`: it answers. `dead`: it does not. */
export type Verdict = 'on-time' | 'slow' | 'dead';

/**
 * Seconds within which the next epoch is to be reported, by those before it, in seconds: median + 6 deviations, and at least twice
 * the median. Infinity after fewer than 4 epochs.
 */
export function deadlineAfter(epochs: readonly number[]): number {
  if (epochs.length < FEWEST) return Infinity;
  const usual = median(epochs);
  return Math.max(SLACK * usual, usual + DEVIATIONS * deviation(epochs));
}

/**
 * Tells death from slowness. A peer that is late but answers is slow: it is to get less. One that does not answer is dead, late or
 * not: nobody waits for it.
 *
 * `sinceReport` and `sinceAnswer` are seconds since its last epoch report and its last sign of life of any kind, `silence` those
 * that a living peer may be silent for.
 */
export function verdictOn(
  seen: { readonly sinceReport: number; readonly sinceAnswer: number; readonly silence: number },
  epochs: readonly number[],
): Verdict {
  if (seen.sinceAnswer > seen.silence) return 'dead';
  return seen.sinceReport > deadlineAfter(epochs) ? 'slow' : 'on-time';
}
