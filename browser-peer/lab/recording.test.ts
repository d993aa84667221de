import { expect, it } from 'vitest';
import { Recording } from './recording.js';

/** A coordinator that knows the value of step n to be n. */
function recordingOf(steps: number) {
  const asked: [from: number, count: number][] = [];
  const recording = new Recording(steps, { states: ['psi'] }, async (from, count, every) => {
    asked.push([from, count]);
    const groups = Array.from({ length: Math.ceil(count / every) }, (_, group) => from + group * every);
    const high = groups.map((start) => Math.min(start + every - 1, from + count - 1));
    return { from, every, states: [{ state: 'psi', low: groups, high }] };
  });
  return { recording, asked };
}

it('asks only for what it has not heard of yet', async () => {
  const { recording, asked } = recordingOf(100);
  expect(await recording.gatherUpTo(40)).toBe(true);
  expect(await recording.gatherUpTo(40)).toBe(false);
  expect(await recording.gatherUpTo(100)).toBe(true);
  expect(asked).toEqual([
    [1, 40],
    [41, 60],
  ]);
  expect(recording.states[0]?.low).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});

it('sums a long run up, and takes the last steps though they make no whole group', async () => {
  const { recording } = recordingOf(2_500);
  expect(recording.every).toBe(3);
  await recording.gatherUpTo(10);
  expect(recording.states[0]?.low).toEqual([1, 4, 7]);
  expect(recording.middles).toEqual([2, 5, 8]);
  await recording.gatherUpTo(2_500);
  expect(recording.states[0]?.high.at(-1)).toBe(2_500);
});

it('reads a very long run in several requests', async () => {
  const { recording, asked } = recordingOf(200_000);
  await recording.gatherUpTo(200_000);
  expect(asked.length).toBeGreaterThan(3);
  expect(Math.max(...asked.map(([, count]) => count))).toBeLessThanOrEqual(65_536);
  expect(recording.states[0]?.high.at(-1)).toBe(200_000);
});
