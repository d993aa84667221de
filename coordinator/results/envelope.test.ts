import { expect, it } from 'vitest';
import { envelopeOf } from './envelope.js';

it('keeps every peak of a series that is drawn with fewer points than it has', () => {
  const values = new Float32Array([0, 5, -1, Number.NaN, 2, 2, Number.NaN, Number.NaN, Number.NaN, 7]);
  expect(envelopeOf(values, 3)).toEqual({ low: [-1, 2, null, 7], high: [5, 2, null, 7] });
});
