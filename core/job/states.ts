import type { StateArray } from '../../shaders/engine.js';
import type { Field } from '../../shaders/model.js';
import type { Job, StateName } from './job.js';

/** `psi.L`; `psi` where the component has no name. */
export function stateName(component: string, field: string): StateName {
  return component === '' ? field : `${field}.${component}`;
}

/** A state's field, and the index of its component. */
export interface StatePlace {
  readonly component: number;
  readonly field: Field;
}

/** Every state of a job, by name: component by component, fields in the model's order. */
export function placesOf(
  components: readonly string[],
  fields: readonly Field[],
): ReadonlyMap<StateName, StatePlace> {
  return new Map(
    components.flatMap((name, component) =>
      fields.map((field): [StateName, StatePlace] => [stateName(name, field.name), { component, field }]),
    ),
  );
}

/** The inverse of `stateName`. Throws RangeError for a name the job does not have; those of its probes and outputs it has. */
export function placeOf(job: Pick<Job, 'components' | 'model'>, name: StateName): StatePlace {
  const place = placesOf(job.components, job.model.model.fields).get(name);
  if (place === undefined) throw new RangeError(`the job has no state ${name}`);
  return place;
}

/** Time levels that a field keeps. */
export function levelsOf(field: Field): readonly StateArray['level'][] {
  return field.kind === 'wave' ? ['now', 'before'] : ['now'];
}

/**
 * All arrays that make up a job's state, in the order of checkpoints: component by component, fields in the
 * model's order, level `now` first.
 */
export function stateArrays(job: Pick<Job, 'components' | 'model'>): readonly StateArray[] {
  return [...placesOf(job.components, job.model.model.fields).values()].flatMap(({ component, field }) =>
    levelsOf(field).map((level) => ({ component, field: field.name, level })),
  );
}
