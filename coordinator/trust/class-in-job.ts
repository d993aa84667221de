import { waveFormatOn } from '../../core/job/memory.js';
import type { Ability } from '../../core/protocol/messages.js';
import type { WaveFormat } from '../../shaders/engine.js';

const HALVES = ' with halves';

/**
 * What the class of a peer is called in a job that lets waves be kept in `allowed`, so that two who share it have the same bits there: where
 * some keep f16, and others f32, two of one numerical class may not. A coordinator checks on the engine `wasm`, which keeps f32.
 */
export function classInJob(
  allowed: WaveFormat,
  numericalClass: string,
  { engine }: Pick<Ability, 'engine'>,
): string {
  return waveFormatOn(allowed, engine) === 'f16' ? `${numericalClass}${HALVES}` : numericalClass;
}

/** Whether the waves of peers of that class, as `classInJob` calls it, are kept in f16. */
export const keepsHalves = (classInJob: string): boolean => classInJob.endsWith(HALVES);
