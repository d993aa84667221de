/**
 * What is kept of a wave in f16, as an f32: half.wgsl, line by line. One of the two f16 next to the value, the nearer one more often; beyond
 * ±65504 infinite. `seed`: the time of a step, the amplitude of a source, or 0 where a value is written.
 */
export function asHalf(value: number, seed: number): number {
  const size = bitsOf(value) & 0x7fffffff;
  let chance = Math.imul(size ^ Math.imul(bitsOf(seed), 0x9e3779b1), 0x85ebca6b);
  chance = Math.imul(chance ^ (chance >>> 15), 0xc2b2ae35) >>> 19;
  const sign = bitsOf(value) >>> 31 ? -1 : 1;
  if (size < 0x38800000)
    return (sign * Math.trunc(Math.fround(floatOf(size) * 2 ** 24 + chance / 8192))) / 2 ** 24;
  const half = Math.min((size + chance - 0x38000000) >>> 13, 0x7c00);
  return half === 0x7c00 ? sign * Number.POSITIVE_INFINITY : sign * floatOf((half << 13) + 0x38000000);
}

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

function bitsOf(value: number): number {
  floats[0] = value;
  return words[0] as number;
}

function floatOf(bits: number): number {
  words[0] = bits;
  return floats[0] as number;
}
