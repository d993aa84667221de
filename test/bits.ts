/**
 * Values that differ in any bit: -0 is not 0, and NaN is NaN. Counted, for a failed comparison of whole fields
 * takes minutes to print.
 */
export function differingBits(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  if (found.length !== expected.length)
    throw new RangeError(`${found.length} fields, not ${expected.length}`);
  return found.reduce((sum, field, i) => sum + differing(bitsOf(field), bitsOf(expected[i])), 0);
}

function differing(a: Uint32Array, b: Uint32Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} values, not ${b.length}`);
  return a.reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0);
}

const bitsOf = (field: Float32Array = new Float32Array()) => new Uint32Array(field.slice().buffer);
