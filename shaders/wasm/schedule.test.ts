import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Share, type Sweep, sharesOf, sweepShare } from './schedule.js';

type Act =
  | { readonly kind: 'block'; readonly step: number; readonly outer: number[]; readonly inner: number[] }
  | { readonly kind: 'await' | 'release'; readonly tile: number };

const upTo = (lo: number, hi: number) =>
  Array.from({ length: Math.max(0, hi - lo) }, (_, index) => lo + index);

function actsOf(sweep: Sweep, share: Share): Act[] {
  const acts: Act[] = [];
  sweepShare(sweep, share, {
    block: (step, outerLo, outerHi, innerLo, innerHi) =>
      acts.push({ kind: 'block', step, outer: upTo(outerLo, outerHi), inner: upTo(innerLo, innerHi) }),
    awaitAbove: (tile) => acts.push({ kind: 'await', tile }),
    releaseBelow: (tile) => acts.push({ kind: 'release', tile }),
  });
  return acts;
}

/** Carries out the acts of all threads, whichever of those that need not wait `choose` picks next. */
function carryOut(
  threads: readonly Act[][],
  choose: (count: number) => number,
  make: (act: Act) => void,
): void {
  const next = threads.map(() => 0);
  const released = threads.map(() => 0);
  for (;;) {
    const ready = upTo(0, threads.length).filter((thread) => {
      const act = threads[thread]?.[next[thread] as number];
      return act && !(act.kind === 'await' && (released[thread + 1] as number) <= act.tile);
    });
    if (ready.length === 0) break;
    const thread = ready[choose(ready.length)] as number;
    const act = threads[thread]?.[next[thread] as number] as Act;
    next[thread] = (next[thread] as number) + 1;
    if (act.kind === 'release') released[thread] = act.tile + 1;
    else make(act);
  }
  expect(next).toEqual(threads.map((acts) => acts.length));
}

const arbitrarySweep = fc
  .record({
    steps: fc.integer({ min: 1, max: 5 }),
    outerLo: fc.integer({ min: -5, max: 5 }),
    innerLo: fc.integer({ min: -5, max: 5 }),
    outer: fc.integer({ min: 1, max: 40 }),
    inner: fc.integer({ min: 1, max: 12 }),
    reach: fc.integer({ min: 1, max: 3 }),
    plane: fc.boolean(),
    front: fc.integer({ min: 1, max: 4 }),
    tile: fc.integer({ min: 1, max: 9 }),
    threads: fc.integer({ min: 1, max: 4 }),
    margin: fc.tuple(fc.nat(3), fc.nat(3)),
  })
  .map(({ steps, outerLo, innerLo, outer, inner, reach, plane, front, tile, threads, margin }) => {
    const sweep: Sweep = {
      steps,
      outer: { lo: outerLo, hi: outerLo + outer },
      inner: { lo: innerLo, hi: innerLo + (plane ? 1 : inner) },
      outerReach: reach,
      innerReach: plane ? 0 : reach,
      blocking: { front, tile },
    };
    const computed = {
      lo: outerLo + margin[0],
      hi: Math.max(outerLo + margin[0] + 1, outerLo + outer - margin[1]),
    };
    return { sweep, shares: sharesOf(computed, sweep, threads) };
  });

/** Any order, or the worst for mistakes in waiting: each thread runs on until it has to wait, the lowest first. */
const arbitraryOrder = fc.oneof(fc.constant(endless(0)), fc.infiniteStream(fc.nat(1000)));

function* endless(value: number): Generator<number> {
  for (;;) yield value;
}

describe('a sweep', () => {
  test('makes every step of every line once, and only where its neighbours are at the level it reads, however threads run', () => {
    fc.assert(
      fc.property(arbitrarySweep, arbitraryOrder, ({ sweep, shares }, picks) => {
        const { outer, inner, outerReach, innerReach, steps } = sweep;
        const made = new Map(
          upTo(outer.lo, outer.hi).map((o) => [o, new Map(upTo(inner.lo, inner.hi).map((i) => [i, 0]))]),
        );
        const order = picks[Symbol.iterator]();
        carryOut(
          shares.map((share) => actsOf(sweep, share)),
          (count) => (order.next().value as number) % count,
          (act) => {
            if (act.kind !== 'block') return;
            for (const o of act.outer) {
              for (const i of act.inner) {
                if (made.get(o)?.get(i) !== act.step)
                  throw new Error(`line ${o}, ${i} is not at step ${act.step}`);
                for (const near of upTo(o - outerReach, o + outerReach + 1)) {
                  for (const beside of upTo(i - innerReach, i + innerReach + 1)) {
                    const level = made.get(near)?.get(beside);
                    // Made `step` times: not yet overwritten, or just now: what it read from is still there.
                    if (level !== undefined && level !== act.step && level !== act.step + 1) {
                      throw new Error(`step ${act.step} of ${o}, ${i} finds ${near}, ${beside} at ${level}`);
                    }
                  }
                }
              }
            }
            for (const o of act.outer) for (const i of act.inner) made.get(o)?.set(i, act.step + 1);
          },
        );
        for (const line of made.values()) for (const level of line.values()) expect(level).toBe(steps);
      }),
      { numRuns: 300 },
    );
  });

  test('of one step needs no waiting', () => {
    const sweep: Sweep = {
      steps: 1,
      outer: { lo: 0, hi: 20 },
      inner: { lo: 0, hi: 8 },
      outerReach: 1,
      innerReach: 1,
      blocking: { front: 2, tile: 8 },
    };
    const shares = sharesOf(sweep.outer, sweep, 3);
    expect(shares).toHaveLength(3);
    expect(shares.flatMap((share) => actsOf(sweep, share)).filter(({ kind }) => kind === 'await')).toEqual(
      [],
    );
  });
});

describe('shares', () => {
  const sweep = { steps: 8, outerReach: 1, blocking: { front: 2, tile: 64 } };

  test('are of equal work over the steps of a sweep', () => {
    const shares = sharesOf({ lo: 0, hi: 300 }, sweep, 3);
    const work = shares.map(({ lo, hi, first, last }) => {
      const lines = upTo(0, sweep.steps).map((step) => (last ? 300 : hi + step) - (first ? 0 : lo + step));
      return lines.reduce((sum, count) => sum + count, 0);
    });
    for (const lines of work) expect(Math.abs(lines / 800 - 1)).toBeLessThan(0.02);
  });

  test('are fewer where they would be too short', () => {
    expect(sharesOf({ lo: 0, hi: 47 }, sweep, 4)).toHaveLength(2);
    expect(sharesOf({ lo: 0, hi: 16 }, sweep, 4)).toHaveLength(1);
    expect(sharesOf({ lo: 5, hi: 6 }, sweep, 4)).toEqual([{ lo: 5, hi: 6, first: true, last: true }]);
  });
});
