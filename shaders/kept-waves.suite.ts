import type { ShardSpec } from './engine.js';

/** What an engine that makes use of `keepWavesIn` keeps of a wave; `seed` is the time of a step, the amplitude of a source, or 0. */
export function kept(spec: ShardSpec, value: number, seed: number): number {
  return spec.keepWavesIn === 'f16' ? asHalf(value, seed) : value;
}

/** half.wgsl, line by line, and back to f32. */
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

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0] as number;
const floatOf = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
