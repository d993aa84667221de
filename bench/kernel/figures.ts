import type { Figure } from '../harness.js';
import type { Result } from './comparison.js';

type Naming = Pick<Figure, 'name' | 'unit' | 'note'>;

/** The median of what was measured, and how far it lies apart; null where nothing was. */
export function figure(naming: Naming, result: Result): Figure {
  const { note } = naming;
  if (result.kind === 'missing') {
    return { ...naming, value: null, note: `${note}; not measured: ${result.reason}` };
  }
  const sorted = [...result.values].sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)].map((value) => Number(value?.toPrecision(3)));
  return { ...naming, value: median(sorted), note: `${note}; ${low} to ${high} in ${sorted.length} rounds` };
}

/** `result` in other units. */
export function scaled(result: Result, factor: number): Result {
  return result.kind === 'missing'
    ? result
    : { ...result, values: result.values.map((value) => value * factor) };
}

/** Round by round, `ours` over `theirs`. */
export function over(ours: Result, theirs: Result): Result {
  if (ours.kind === 'missing') return ours;
  if (theirs.kind === 'missing') return theirs;
  return {
    kind: 'measured',
    values: theirs.values.map((value, round) => (ours.values[round] as number) / value),
  };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
