import { expect, it } from 'vitest';
import { driftTolerance, MOST_DRIFT_STEPS, spanTolerance } from './drift.js';

it('what two classes may be apart grows with the steps, faster than what they were seen to be', () => {
  // docs/decisions/0046-shadows-of-another-class.md
  const seen = [
    [100, 2e-6],
    [1000, 1.52e-5],
    [3000, 1.52e-4],
    [10_000, 9.65e-4],
  ] as const;
  for (const [steps, apart] of seen) expect(driftTolerance(steps)).toBeGreaterThan(8 * apart);
});

it('a medium that is off by 0.1%, which makes 1e-3 in a hundred steps, is beyond it, and so is a skipped step to the last', () => {
  expect(driftTolerance(100)).toBeLessThan(1e-4);
  expect(spanTolerance(100)).toBeLessThan(1e-4);
  expect(driftTolerance(MOST_DRIFT_STEPS)).toBeLessThan(0.02);
});
