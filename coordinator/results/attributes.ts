import { AXIS_NAMES, type Axis } from '../../core/grid/box.js';
import type { Job, StateName } from '../../core/job/job.js';
import { placeOf } from '../../core/job/states.js';
import type { Attributes } from './zarr-format.js';

// What the arrays of a result say of themselves.

/** CF lets a reader know what `units`, `long_name` and `coordinates` mean. */
export const CONVENTIONS = 'CF-1.10';

/** The axes of the job's grid: no z in 2-D. */
export const gridAxes = (job: Job): readonly Axis[] => (job.grid.dimensions === 2 ? [1, 2] : [0, 1, 2]);

export const timeAttributes = (job: Job): Attributes => ({ units: job.units.time, long_name: 'time' });

export const positionAttributes = (job: Job, axis: Axis): Attributes => ({
  units: job.units.length,
  long_name: `position along ${AXIS_NAMES[axis]}`,
});

/** CF's `coordinates` names those that are no dimension. */
export function stateAttributes(job: Job, state: StateName, coordinates: readonly string[]): Attributes {
  const { field, component } = placeOf(job, state);
  const name = job.components[component];
  return {
    units: field.unit(job.units),
    long_name: name ? `${field.title}, component ${name}` : field.title,
    ...(coordinates.length > 0 && { coordinates: coordinates.join(' ') }),
  };
}
