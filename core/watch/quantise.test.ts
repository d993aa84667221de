import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dequantise, quantise } from './quantise.js';

describe('quantised values', () => {
  test('are off by at most half a step of the range', () => {
    const values = fc.float32Array({ minLength: 1, maxLength: 200, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(values, (original) => {
        const quantised = quantise(original);
        const range = quantised.high - quantised.low;
        for (const [i, value] of dequantise(quantised).entries()) {
          expect(Math.abs(value - (original[i] as number))).toBeLessThanOrEqual(
            range / 508 + range * 1e-6 + 1e-45,
          );
        }
      }),
    );
  });

  test('keep the ends of the range, and a plane that is all one value', () => {
    expect([...dequantise(quantise(Float32Array.of(-3, 0.1, 5)))]).toMatchObject({ 0: -3, 2: 5 });
    expect([...dequantise(quantise(Float32Array.of(7, 7)))]).toEqual([7, 7]);
  });

  test('leave what is no finite number unknown', () => {
    const seen = dequantise(quantise(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, 2)));
    expect([...seen]).toEqual([Number.NaN, 1, Number.NaN, 2]);
    expect([...dequantise(quantise(Float32Array.of(Number.NaN)))]).toEqual([Number.NaN]);
  });
});
