import type { Progress } from '../../core/protocol/document.js';

const MAGNITUDES = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** A rate in cell updates a second, for people: `12.3 Mcells/s`. */
export function cellRate(rate: number): string {
  const [size, letter] = MAGNITUDES.find(([size]) => rate >= size) ?? [1, ''];
  return `${(rate / size).toPrecision(3)} ${letter}cells/s`;
}

/** An amount of data, for people: `12.3 MB`. */
export function byteCount(bytes: number): string {
  const [size, letter] = MAGNITUDES.find(([size]) => bytes >= size) ?? [1, ''];
  return `${size === 1 ? bytes : (bytes / size).toPrecision(3)} ${letter}B`;
}

/** A time still to come: `41 s left`, `3 min 20 s left`, `2 h 05 min left`. */
export function timeLeft(seconds: number | null): string {
  return seconds === null ? 'time left unknown' : `${duration(Math.ceil(seconds))} left`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** How far a sweep is: `12/24 members, 1 failed`. */
export function membersDone({ done, failed, count }: NonNullable<Progress['members']>): string {
  return `${done}/${count} members${failed > 0 ? `, ${failed} failed` : ''}`;
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
