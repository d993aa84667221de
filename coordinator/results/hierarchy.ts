import type { Triple } from '../../core/grid/box.js';
import type { Job, Output, Probe, StateName } from '../../core/job/job.js';
import { AXIS_NAMES, type Axis, axesOf, outputShape } from '../../core/result/output.js';
import { type Attributes, type ZarrNode, zarrArray, zarrGroup } from './zarr-format.js';

/** Coordinates are known beforehand: the value at each index of an array. */
export type Coordinate = (index: number) => number;

/** Everything of a result but the values that peers compute. Paths are relative to its root. */
export interface Hierarchy {
  readonly nodes: ReadonlyMap<string, ZarrNode>;
  /** Of the coordinate arrays among `nodes`, one-dimensional or scalar. */
  readonly coordinates: ReadonlyMap<string, Coordinate>;
}

/** CF lets a reader know what `units`, `long_name` and `coordinates` mean. */
const CONVENTIONS = 'CF-1.10';

/** A series has at most about a thousand chunks, and its chunks no fewer than 64 KiB each. */
export const probeChunk = (steps: number) => Math.min(steps, Math.max(16_384, Math.ceil(steps / 1024)));

export function hierarchyOf(job: Job): Hierarchy {
  const nodes = new Map<string, ZarrNode>();
  const coordinates = new Map<string, Coordinate>();

  const addCoordinate = (
    path: string,
    name: string,
    length: number | 'scalar',
    attributes: Attributes,
    at: Coordinate,
  ) => {
    const shape = length === 'scalar' ? [] : [length];
    const dimensions = length === 'scalar' ? [] : [name];
    const chunk = shape.map((cells) => (name === 'time' ? probeChunk(cells) : cells));
    nodes.set(`${path}/${name}`, zarrArray({ type: 'float64', shape, chunk, dimensions, attributes }));
    coordinates.set(`${path}/${name}`, at);
  };
  const addTime = (path: string, length: number, stepAt: (index: number) => number) => {
    const attributes = { units: job.units.time, long_name: 'time' };
    addCoordinate(path, 'time', length, attributes, (index) => stepAt(index) * job.dt);
  };
  const addPosition = (path: string, axis: Axis, length: number | 'scalar', from: number) => {
    const attributes = { units: job.units.length, long_name: `position along ${AXIS_NAMES[axis]}` };
    addCoordinate(path, AXIS_NAMES[axis], length, attributes, (index) => (from + index) * job.spacing);
  };

  const addOutput = (output: Output) => {
    const { shape, chunk, dimensions } = outputShape(job.grid, output);
    const axes = axesOf(output);
    const lone = gridAxes(job).filter((axis) => !axes.includes(axis));
    nodes.set(output.name, zarrGroup(groupAttributes(job)));
    addTime(output.name, output.steps.length, (index) => output.steps[index] as number);
    axes.forEach((axis, i) => {
      addPosition(output.name, axis, shape[i + 1] as number, output.box.lo[axis]);
    });
    for (const axis of lone) addPosition(output.name, axis, 'scalar', output.box.lo[axis]);
    for (const state of output.states) {
      const attributes = stateAttributes(job, state, lone);
      nodes.set(
        `${output.name}/${state}`,
        zarrArray({ type: 'float32', shape, chunk, dimensions, attributes }),
      );
    }
  };

  const addProbe = (probe: Probe) => {
    const path = `probes/${probe.name}`;
    const axes = gridAxes(job);
    nodes.set(path, zarrGroup(groupAttributes(job)));
    addTime(path, job.steps, (index) => index + 1);
    for (const axis of axes) addPosition(path, axis, 'scalar', (probe.cell satisfies Triple)[axis]);
    for (const state of probe.states) {
      const attributes = stateAttributes(job, state, axes);
      const chunk = [probeChunk(job.steps)];
      nodes.set(
        `${path}/${state}`,
        zarrArray({ type: 'float32', shape: [job.steps], chunk, dimensions: ['time'], attributes }),
      );
    }
  };

  nodes.set('', zarrGroup(groupAttributes(job)));
  job.outputs.forEach(addOutput);
  nodes.set('probes', zarrGroup());
  job.probes.forEach(addProbe);
  return { nodes, coordinates };
}

const gridAxes = (job: Job): readonly Axis[] => (job.grid.dimensions === 2 ? [1, 2] : [0, 1, 2]);

const groupAttributes = (job: Job): Attributes => ({
  Conventions: CONVENTIONS,
  title: job.file.title || job.name,
});

/** CF's `coordinates` names those that are no dimension: where a plane or a probe lies. */
function stateAttributes(job: Job, state: StateName, lone: readonly Axis[]): Attributes {
  const [name, component] = state.split('.');
  const field = job.model.model.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new TypeError(`the model has no field for the state ${state}`);
  return {
    units: field.unit(job.units),
    long_name: component === undefined ? field.title : `${field.title}, component ${component}`,
    ...(lone.length > 0 && { coordinates: lone.map((axis) => AXIS_NAMES[axis]).join(' ') }),
  };
}
