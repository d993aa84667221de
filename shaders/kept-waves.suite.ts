import type { ShardSpec } from './engine.js';
import { asHalf } from './half.js';

/** What an engine that makes use of `keepWavesIn` keeps of a wave; `seed` is the time of a step, the amplitude of a source, or 0. */
export function kept(spec: ShardSpec, value: number, seed: number): number {
  return spec.keepWavesIn === 'f16' ? asHalf(value, seed) : value;
}
