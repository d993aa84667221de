import { expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { MAX_SIGNED_BYTES } from '../../core/protocol/limits.js';
import type { Plan } from '../../core/protocol/plan.js';
import { canSign, isLong, spanPause, spanSizes, unseenShards } from './span-length.js';

function jobOf(edge: number, brick: number) {
  return checkJob({
    name: 'sizes',
    model: 'wave',
    grid: { shape: [edge, edge, edge], spacing: 1, brick },
    time: { steps: 800, courant: 0.5 },
    parameters: { speed: 1 },
  });
}

const planOf = (edge: number, cut: number): Plan => ({
  id: 1,
  job: 'sizes-1',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 4,
  epoch: 8,
  shards: [
    { peer: 'anna', box: { lo: [0, 0, 0], hi: [cut, edge, edge] } },
    { peer: 'bert', box: { lo: [cut, 0, 0], hi: [edge, edge, edge] } },
  ],
});

/** The first shard is a third as large as the second. */
const [job, plan] = [jobOf(32, 8), planOf(32, 8)];

/** Of one epoch of the second shard, state and halos, at both ends and both ways; of the first. */
const { state: largest, halos: ofExchange } = spanSizes(job, plan, Number.POSITIVE_INFINITY);
const [first, second] = [largest / 3, largest].map((state) => 2 * (state + 2 * ofExchange)) as [
  number,
  number,
];

test('of a plan all shards are signed for, and those are shown that are small enough', () => {
  const shown = (limit: number) => [...spanSizes(job, plan, limit).canBeShown];
  expect(shown(second)).toEqual([0, 1]);
  expect(shown(second - 1)).toEqual([0]);
  expect(shown(first - 1)).toEqual([]);
  expect(canSign(job, plan, first - 1)).toBe(true);
});

test('a shard too large to be shown is seen where it has a shadow that tells anything of its peer', () => {
  const shadowed = { ...plan, shadows: [{ peer: 'cora', shard: 1 }] };
  const unseen = (limit: number, own: Plan, ofOneOwner: readonly string[] = []) =>
    unseenShards(
      own,
      spanSizes(job, own, limit),
      (...pair) => !pair.every((peer) => ofOneOwner.includes(peer)),
    );
  expect([unseen(second, plan), unseen(second - 1, plan), unseen(first - 1, plan)]).toEqual([
    [],
    [1],
    [0, 1],
  ]);
  expect(unseen(second - 1, shadowed)).toEqual([]);
  expect(unseen(second - 1, shadowed, ['bert', 'cora'])).toEqual([1]);
});

test('a shard of more state than may be signed for leaves its plan unsigned, unless that much may be shown', () => {
  const large = jobOf(1024, 64);
  const halves = planOf(1024, 512);
  expect(canSign(large, halves)).toBe(false);
  expect(canSign(large, halves, 16 * MAX_SIGNED_BYTES)).toBe(true);
});

test('spans are as short as the shards need that are shown, however much the others would take', () => {
  const limit = second - 1;
  const sizes = spanSizes(job, plan, limit);
  expect(sizes.canBeShown).toEqual(new Set([0]));
  const longest = Array.from({ length: 200 }, (_, i) => 4 * (i + 1)).findLast(
    (steps) => !isLong(sizes, plan.exchangeEvery, steps),
  ) as number;
  const { state, halos } = sizes.shown;
  expect(2 * (state + (halos * longest) / 4)).toBeLessThanOrEqual(limit);
  expect(isLong(sizes, plan.exchangeEvery, longest + 4)).toBe(true);
});

test('a span of a large shard is no shorter than its state takes to be hashed', () => {
  expect(spanPause({ state: MAX_SIGNED_BYTES, halos: 0 }, 0, false)).toBeGreaterThan(5_000);
});

test('where waves are kept in f16 spans are short enough for a check to tell a false state', () => {
  const isTooLong = (of: typeof job) => isLong(spanSizes(of, plan), plan.exchangeEvery, 504);
  const halves = checkJob({
    name: 'sizes',
    model: 'wave',
    grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
    time: { steps: 800, courant: 0.5 },
    parameters: { speed: 1 },
    run: { keepWavesIn: 'f16' },
  });
  expect([isTooLong(job), isTooLong(halves)]).toEqual([false, true]);
});
