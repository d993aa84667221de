import { AXIS_NAMES, type Axis } from '../../core/grid/box.js';
import type { Job, Output, Probe } from '../../core/job/job.js';
import { axesOf, outputShape } from '../../core/result/output.js';
import { timeChunk } from '../../core/result/time-chunk.js';
import { CONVENTIONS, gridAxes, positionAttributes, stateAttributes, timeAttributes } from './attributes.js';
import { chunksPerObject } from './pack-shape.js';
import { type Attributes, packedArray, type ZarrNode, zarrArray, zarrGroup } from './zarr-format.js';

/** A group or an array of a result. Coordinates come with their values, which are known beforehand. */
export interface ResultNode {
  readonly node: ZarrNode;
  /** The value at an index of a 1-D array; of a scalar, at 0. */
  readonly valueAt?: (index: number) => number;
}

/** `loose`: each chunk an object of its own, as peers store them. `packed`: in outputs that are to be packed, many. */
export type Layout = 'loose' | 'packed';

/** Everything of a result but the values that peers compute, by path; the root's is `''`. */
export function hierarchyOf(job: Job, layout: Layout = 'loose'): ReadonlyMap<string, ResultNode> {
  const group = { node: zarrGroup({ Conventions: CONVENTIONS, title: job.file.title || job.name }) };
  const nodes = new Map<string, ResultNode>([
    ['', group],
    ['probes', group],
  ]);
  const add = (path: string, members: ReadonlyMap<string, ResultNode>) => {
    nodes.set(path, group);
    for (const [name, member] of members) nodes.set(`${path}/${name}`, member);
  };
  for (const output of job.outputs) add(output.name, outputArrays(job, output, layout));
  for (const probe of job.probes) add(`probes/${probe.name}`, probeArrays(job, probe));
  return nodes;
}

function outputArrays(job: Job, output: Output, layout: Layout): Map<string, ResultNode> {
  const { shape, chunk, dimensions } = outputShape(job.grid, output);
  const along = axesOf(output);
  const lone = gridAxes(job).filter((axis) => !along.includes(axis));
  const { lo, hi } = output.box;
  const arrays = new Map<string, ResultNode>();
  arrays.set(
    'time',
    timeArray(job, output.steps.length, (snapshot) => output.steps[snapshot] as number),
  );
  for (const axis of along) arrays.set(AXIS_NAMES[axis], positions(job, axis, lo[axis], hi[axis]));
  for (const axis of lone) arrays.set(AXIS_NAMES[axis], position(job, axis, lo[axis]));
  for (const state of output.states) {
    const attributes = stateAttributes(job, state, namesOf(lone));
    const loose = zarrArray({ type: 'float32', shape, chunk, dimensions, attributes });
    const isPacked = output.packed && layout === 'packed';
    arrays.set(state, { node: isPacked ? packedArray(loose, chunksPerObject({ shape, chunk })) : loose });
  }
  return arrays;
}

function probeArrays(job: Job, { cell, states }: Probe): Map<string, ResultNode> {
  const axes = gridAxes(job);
  const arrays = new Map<string, ResultNode>();
  arrays.set(
    'time',
    timeArray(job, job.steps, (index) => index + 1),
  );
  for (const axis of axes) arrays.set(AXIS_NAMES[axis], position(job, axis, cell[axis]));
  for (const state of states) {
    const attributes = stateAttributes(job, state, namesOf(axes));
    arrays.set(state, { node: alongTime('float32', job.steps, attributes) });
  }
  return arrays;
}

const namesOf = (axes: readonly Axis[]) => axes.map((axis) => AXIS_NAMES[axis]);

function alongTime(type: 'float32' | 'float64', length: number, attributes: Attributes): ZarrNode {
  return zarrArray({ type, shape: [length], chunk: [timeChunk(length)], dimensions: ['time'], attributes });
}

function timeArray(job: Job, length: number, stepAt: (index: number) => number): ResultNode {
  return {
    node: alongTime('float64', length, timeAttributes(job)),
    valueAt: (index) => stepAt(index) * job.dt,
  };
}

/** Of the cells from `from` to `to`, which is not among them. */
function positions(job: Job, axis: Axis, from: number, to: number): ResultNode {
  const shape = [to - from];
  const node = zarrArray({
    type: 'float64',
    shape,
    chunk: shape,
    dimensions: [AXIS_NAMES[axis]],
    attributes: positionAttributes(job, axis),
  });
  return { node, valueAt: (index) => (from + index) * job.spacing };
}

/** A scalar: where a plane or a probe lies. */
function position(job: Job, axis: Axis, cell: number): ResultNode {
  const attributes = positionAttributes(job, axis);
  const node = zarrArray({ type: 'float64', shape: [], chunk: [], dimensions: [], attributes });
  return { node, valueAt: () => cell * job.spacing };
}
