/** Smaller numbers lose digits in f32, or are 0 on some devices. */
const SMALLEST_F32 = 2 ** -126;

/** True where f32 holds the value to its usual 24 bits. */
export function fitsF32(value: number): boolean {
  return value === 0 || (Math.abs(value) >= SMALLEST_F32 && Number.isFinite(Math.fround(value)));
}
