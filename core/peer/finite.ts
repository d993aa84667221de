import type { Slab } from '../../shaders/engine.js';
import { DivergedError } from '../errors.js';
import type { Job } from '../job/job.js';
import { stateName } from '../job/states.js';
import { partsOf } from '../parcel/parcel.js';

/**
 * Throws DivergedError where one of the cells of `state` after `step` steps is infinite or not a number. It takes about
 * a nanosecond a cell.
 */
export function checkFinite(cells: Float32Array, state: string, step: number): void {
  for (let i = 0; i < cells.length; i++) if (!Number.isFinite(cells[i])) throw new DivergedError(state, step);
}

/** The same of all cells of `slabs`, one slab after the other. */
export function checkStateFinite(job: Job, slabs: readonly Slab[], cells: Float32Array, step: number): void {
  for (const { component, field, cells: own } of partsOf(slabs, cells))
    checkFinite(own, stateName(job.components[component] ?? '', field), step);
}
