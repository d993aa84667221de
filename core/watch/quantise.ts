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
    // False for what is not finite. Every sample of every frame comes by here, so nothing is called.
    if (value >= low && value <= high) codes[i] = (value - low) * scale + 1.5;
  }
  return { low, high, codes };
}

/** The values again, as near as 255 steps come. */
export function dequantise({ low, high, codes }: Quantised): Float32Array {
  const meant = Float32Array.from({ length: STEPS + 2 }, (_, code) =>
    code === 0 ? Number.NaN : low + ((code - 1) / STEPS) * (high - low),
  );
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = meant[codes[i] as number] as number;
  return values;
}

/** The lowest and the highest finite value, as f32; both 0 where there is none. */
function rangeOf(values: Float32Array): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < low && value > Number.NEGATIVE_INFINITY) low = value;
    if (value > high && value < Number.POSITIVE_INFINITY) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
