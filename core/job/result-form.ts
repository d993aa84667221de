import { outputShape } from '../result/output.js';
import type { Job } from './job.js';
import { placeOf } from './states.js';

/** What the arrays of a job's result are like, their lengths along time left out. */
export type ResultForm = ReadonlyMap<string, string>;

/** Of jobs with the same form the results fit into the same arrays. By what it says something of, in words. */
export function resultForm(job: Job): ResultForm {
  const { units, grid, outputs, probes } = job;
  const unitsOf = (states: readonly string[]) =>
    states.map((state) => `${state} in ${placeOf(job, state).field.unit(units)}`).join(', ');
  const form = new Map([['units', `length in ${units.length}, time in ${units.time}`]]);
  for (const output of outputs) {
    const { shape, chunk, dimensions } = outputShape(grid, output);
    const cells = `[${shape.slice(1)}] cells along [${dimensions.slice(1)}] in chunks of [${chunk.slice(1)}]`;
    form.set(`output ${output.name}`, `${cells} of ${unitsOf(output.states)}`);
  }
  for (const probe of probes) form.set(`probe ${probe.name}`, unitsOf(probe.states));
  return form;
}

/** In what another form differs, in words; undefined where it does not. */
export function resultFormDifference(first: ResultForm, other: ResultForm): string | undefined {
  for (const name of new Set([...first.keys(), ...other.keys()])) {
    const [here, there] = [first.get(name), other.get(name)];
    if (here !== there) return `${name} has ${there ?? 'nothing'} there, and ${here ?? 'nothing'} before`;
  }
  return undefined;
}
