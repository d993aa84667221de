/** Steps between the lowest value and the highest: codes 1 to 255. Code 0 is what is no finite number. */
const STEPS = 254;

/** Values as bytes: code 1 is `low`, code 255 is `high`, and those between lie evenly; 0 stands for NaN. */
export interface Quantised {
  readonly low: number;
  readonly high: number;
  readonly codes: Uint8Array;
}

/** Rounds to the nearest of 255 values between the lowest and the highest: off by at most (high − low)/508, and f32's own rounding. */
export function quantise(values: Float32Array): Quantised {
  const [low, high] = rangeOf(values);
  const scale = high > low ? STEPS / (high - low) : 0;
  const codes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) codes[i] = 1 + Math.round((value - low) * scale);
  }
  return { low, high, codes };
}

/** The values again, as near as 255 steps come. */
export function dequantise({ low, high, codes }: Quantised): Float32Array {
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    values[i] = code === 0 ? Number.NaN : low + ((code - 1) / STEPS) * (high - low);
  }
  return values;
}

/** The lowest and the highest finite value, as f32; both 0 where there is none. */
function rangeOf(values: Float32Array): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
