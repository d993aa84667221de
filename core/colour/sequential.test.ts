import { describe, expect, test } from 'vitest';
import { labOf, linearOf } from './lab.js';
import { alongLine, sequential } from './sequential.js';

const steps = Array.from({ length: 101 }, (_, i) => i / 100);

describe('the sequential colour map', () => {
  test('lies within what screens show', () => {
    for (const t of steps) {
      for (const channel of linearOf(alongLine(t))) expect(channel).toBeGreaterThanOrEqual(-1e-3);
      for (const channel of linearOf(alongLine(t))) expect(channel).toBeLessThanOrEqual(1 + 1e-3);
    }
  });

  test('grows lighter by equal steps', () => {
    const lightness = steps.map((t) => labOf(sequential(t))[0]);
    const rises = lightness.slice(1).map((value, i) => value - (lightness[i] as number));
    for (const rise of rises) expect(Math.abs(rise - 0.84)).toBeLessThan(0.35);
  });
});
