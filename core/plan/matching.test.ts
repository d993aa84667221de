import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bestMatching } from './matching.js';

type Worth = readonly (readonly (number | undefined)[])[];

/** The most that any way of giving is worth, by trying all; undefined where none is allowed. */
function mostOf(worth: Worth, from = 0, taken: ReadonlySet<number> = new Set()): number | undefined {
  const row = worth[from];
  if (!row) return 0;
  let most: number | undefined;
  for (const [what, value] of row.entries()) {
    if (value === undefined || taken.has(what)) continue;
    const rest = mostOf(worth, from + 1, new Set([...taken, what]));
    if (rest !== undefined) most = Math.max(most ?? 0, value + rest);
  }
  return most;
}

const anyWorth: fc.Arbitrary<Worth> = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc.array(fc.array(fc.option(fc.nat(9), { nil: undefined, freq: 4 }), { minLength: n, maxLength: n }), {
    minLength: n,
    maxLength: n,
  }),
);

it('gives each its own, for as much as any way of giving is worth, or says that there is none', () => {
  fc.assert(
    fc.property(anyWorth, (worth) => {
      const most = mostOf(worth);
      if (most === undefined) {
        expect(() => bestMatching(worth)).toThrow(RangeError);
        return;
      }
      const given = bestMatching(worth);
      expect(new Set(given).size).toBe(worth.length);
      expect(given.reduce((sum, what, who) => sum + (worth[who]?.[what] as number), 0)).toBe(most);
    }),
    { numRuns: 300 },
  );
});
