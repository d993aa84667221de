import { AXIS_NAMES, type Axis } from '../../core/grid/box.js';
import type { Output, Probe } from '../../core/job/job.js';
import type { MemberFacts, WholeSweep } from '../../core/job/whole-sweep.js';
import { axesOf, outputShape } from '../../core/result/output.js';
import { timeChunk } from '../../core/result/time-chunk.js';
import { CONVENTIONS, gridAxes, positionAttributes, stateAttributes, timeAttributes } from './attributes.js';
import { axisAttributes } from './axis-attributes.js';
import { type Attributes, type ZarrNode, zarrArray, zarrGroup } from './zarr-format.js';

/** A group or an array of a sweep's result. Coordinates come with their values. */
export interface SweepNode {
  readonly node: ZarrNode;
  readonly values?: CoordinateRows;
}

/** Values of a coordinate, as a row along its last dimension for each place along the others, C order; of a scalar, one of one. */
export interface CoordinateRows {
  readonly rows: number;
  row(index: number): Float64Array;
}

/** Values of `status`; NaN where it is not known yet. */
export const MEMBER_STATUS = { open: 0, done: 1, failed: 2 } as const;

/** The array of the root that says of each member what became of it. */
export const STATUS = 'status';

/**
 * Everything of a sweep's result but the values that peers compute, by path. The axes of the sweep are the leading
 * dimensions of each array of states, and each group has their coordinates. A coordinate that differs between members
 * (times, where their time steps do) has the axes that it differs along as well.
 */
export function sweepHierarchy(sweep: WholeSweep): ReadonlyMap<string, SweepNode> {
  const title =
    typeof sweep.file.title === 'string' && sweep.file.title !== '' ? sweep.file.title : sweep.name;
  const group = { node: zarrGroup({ Conventions: CONVENTIONS, title }) };
  const nodes = new Map<string, SweepNode>([['', group]]);
  const add = (path: string, members: ReadonlyMap<string, SweepNode>) => {
    for (const [name, member] of members) nodes.set(path === '' ? name : `${path}/${name}`, member);
  };
  add('', new Map([...axisCoordinates(sweep), [STATUS, { node: statusArray(sweep) }]]));
  nodes.set('probes', group);
  for (const [index, output] of sweep.first.outputs.entries()) {
    nodes.set(output.name, group);
    add(output.name, outputArrays(sweep, output, index));
  }
  for (const [index, probe] of sweep.first.probes.entries()) {
    nodes.set(`probes/${probe.name}`, group);
    add(`probes/${probe.name}`, probeArrays(sweep, probe, index));
  }
  return nodes;
}

function statusArray({ axes }: WholeSweep): ZarrNode {
  const { open, done, failed } = MEMBER_STATUS;
  return zarrArray({
    type: 'float64',
    shape: axes.map(({ values }) => values.length),
    chunk: axes.map(({ values }) => values.length),
    dimensions: axes.map(({ name }) => name),
    attributes: {
      units: '1',
      long_name: 'what became of each member',
      meanings: `${open}: not computed, ${done}: done, ${failed}: failed`,
    },
  });
}

function axisCoordinates(sweep: WholeSweep): Map<string, SweepNode> {
  return new Map(
    sweep.axes.map((axis) => {
      const { name, values } = axis;
      const node = coordinate([values.length], [name], axisAttributes(axis, sweep.first));
      const numbers = values.every((value) => typeof value === 'number') ? values : values.map((_, i) => i);
      return [name, { node, values: oneRow(numbers as number[]) }];
    }),
  );
}

/** A coordinate as it is in one member: `length` values, or one where it has no dimension of its own. */
interface MemberCoordinate {
  readonly name: string;
  /** What the dimension is called where the coordinate differs between members: xarray wants another name then. */
  readonly dimension: string;
  readonly length: number | undefined;
  readonly attributes: Attributes;
  /** The same for members whose values are the same. */
  readonly key: (member: MemberFacts) => string;
  readonly valueAt: (member: MemberFacts, index: number) => number;
}

function outputArrays(sweep: WholeSweep, output: Output, index: number): Map<string, SweepNode> {
  const { grid } = sweep.first;
  const { shape, chunk } = outputShape(grid, output);
  const along = axesOf(output);
  const stepsOf = (member: MemberFacts) => member.outputs[index]?.steps ?? [];
  const loOf = (member: MemberFacts, axis: Axis) => member.outputs[index]?.lo[axis] ?? 0;
  const snapshots = Math.max(...sweep.members.map((member) => stepsOf(member).length));
  const time = timeOf(sweep, snapshots, stepsOf);
  const position = (axis: Axis, length: number | undefined) => positionOf(sweep, axis, length, loOf);
  const own = [time, ...along.map((axis, i) => position(axis, shape[i + 1] as number))];
  const lone = gridAxes(sweep.first).filter((axis) => !along.includes(axis));
  const scalars = lone.map((axis) => position(axis, undefined));
  return statesOf(sweep, output.states, own, scalars, chunk);
}

function probeArrays(sweep: WholeSweep, { states }: Probe, index: number): Map<string, SweepNode> {
  const longest = Math.max(...sweep.members.map(({ steps }) => steps));
  const time = timeOf(sweep, longest, undefined);
  const cellOf = (member: MemberFacts, axis: Axis) => member.probes[index]?.[axis] ?? 0;
  const scalars = gridAxes(sweep.first).map((axis) => positionOf(sweep, axis, undefined, cellOf));
  return statesOf(sweep, states, [time], scalars, [timeChunk(longest)]);
}

/** The arrays of a group: axes, other coordinates, states. `own`: coordinates of the dimensions that each member has. */
function statesOf(
  sweep: WholeSweep,
  states: readonly string[],
  own: readonly MemberCoordinate[],
  scalars: readonly MemberCoordinate[],
  chunk: readonly number[],
): Map<string, SweepNode> {
  const arrays = axisCoordinates(sweep);
  const auxiliary: string[] = [];
  const dimensions: string[] = [];
  for (const each of [...own, ...scalars]) {
    const { differing, dimension, nodes } = coordinateNodes(sweep, each);
    for (const [name, node] of nodes) arrays.set(name, node);
    if (dimension !== undefined) dimensions.push(dimension);
    if (dimension === undefined || differing) auxiliary.push(each.name);
  }
  const shape = [...sweep.axes.map(({ values }) => values.length), ...own.map(({ length = 1 }) => length)];
  for (const state of states) {
    const attributes = stateAttributes(sweep.first, state, auxiliary);
    const node = zarrArray({
      type: 'float32',
      shape,
      chunk: [...sweep.axes.map(() => 1), ...chunk],
      dimensions: [...sweep.axes.map(({ name }) => name), ...dimensions],
      attributes,
    });
    arrays.set(state, { node });
  }
  return arrays;
}

function coordinateNodes(
  sweep: WholeSweep,
  { name, dimension, length, attributes, key, valueAt }: MemberCoordinate,
): { differing: boolean; dimension: string | undefined; nodes: ReadonlyMap<string, SweepNode> } {
  const axes = differingAxes(sweep, key);
  const differing = axes.length > 0;
  const own = length === undefined ? undefined : differing ? dimension : name;
  const members = membersAlong(sweep, axes);
  const lengths = [
    ...axes.map((axis) => sweep.axes[axis]?.values.length ?? 0),
    ...(length === undefined ? [] : [length]),
  ];
  const dimensions = [
    ...axes.map((axis) => sweep.axes[axis]?.name ?? ''),
    ...(own === undefined ? [] : [own]),
  ];
  const rowOf = (member: MemberFacts) =>
    Float64Array.from({ length: length ?? 1 }, (_, index) => valueAt(member, index));
  // Without a dimension of its own, its last is an axis of the sweep.
  const values =
    length === undefined
      ? oneDown(
          members.map((member) => valueAt(member, 0)),
          lengths,
        )
      : { rows: members.length, row: (index: number) => rowOf(members[index] as MemberFacts) };
  const nodes = new Map<string, SweepNode>([
    [name, { node: coordinate(lengths, dimensions, attributes), values }],
  ]);
  if (own !== undefined && own !== name) {
    const about = { units: '1', long_name: `place along ${own}, counted from 0` };
    const places = Array.from({ length: length as number }, (_, index) => index);
    nodes.set(own, { node: coordinate([places.length], [own], about), values: oneRow(places) });
  }
  return { differing, dimension: own, nodes };
}

/** The sweep's axes along which `key` differs between members that differ in nothing else. */
function differingAxes({ axes, members }: WholeSweep, key: (member: MemberFacts) => string): number[] {
  const keys = members.map(key);
  let stride = members.length;
  const differing: number[] = [];
  for (const [axis, { values }] of axes.entries()) {
    stride /= values.length;
    const other = (index: number) => keys[index - (members[index]?.places[axis] ?? 0) * stride];
    if (keys.some((own, index) => own !== other(index))) differing.push(axis);
  }
  return differing;
}

/** The members at every place on some axes, and at the first of all others, in their order. */
function membersAlong({ members }: WholeSweep, axes: readonly number[]): readonly MemberFacts[] {
  return members.filter(({ places }) => places.every((place, axis) => place === 0 || axes.includes(axis)));
}

/** `stepsOf`: those of its snapshots; of a probe all. What a member lacks is NaN. */
function timeOf(
  sweep: WholeSweep,
  length: number,
  stepsOf: ((member: MemberFacts) => readonly number[]) | undefined,
): MemberCoordinate {
  const stepAt = (member: MemberFacts, index: number) =>
    stepsOf ? (stepsOf(member)[index] ?? Number.NaN) : index < member.steps ? index + 1 : Number.NaN;
  const rowOf = (member: MemberFacts) => {
    const steps = stepsOf?.(member);
    return steps ? `${steps.length} ${steps[0]} ${steps.at(-1)}` : `${member.steps}`;
  };
  return {
    name: 'time',
    dimension: 'step',
    length,
    attributes: timeAttributes(sweep.first),
    key: (member) => `${member.dt} ${rowOf(member)}`,
    valueAt: (member, index) => stepAt(member, index) * member.dt,
  };
}

function positionOf(
  sweep: WholeSweep,
  axis: Axis,
  length: number | undefined,
  loOf: (member: MemberFacts, axis: Axis) => number,
): MemberCoordinate {
  return {
    name: AXIS_NAMES[axis],
    dimension: `i${AXIS_NAMES[axis]}`,
    length,
    attributes: positionAttributes(sweep.first, axis),
    key: (member) => `${member.spacing} ${loOf(member, axis)}`,
    valueAt: (member, index) => (loOf(member, axis) + index) * member.spacing,
  };
}

/** Values of a coordinate that are written as one chunk: 8 MB. */
const VALUES_OF_ONE_CHUNK = 2 ** 20;

/** In one chunk, or where that would be large, in one or more for each row. */
function coordinate(
  shape: readonly number[],
  dimensions: readonly string[],
  attributes: Attributes,
): ZarrNode {
  const values = shape.reduce((product, length) => product * length, 1);
  const chunk =
    values <= VALUES_OF_ONE_CHUNK
      ? shape
      : shape.map((length, i) => (i === shape.length - 1 ? timeChunk(length) : 1));
  return zarrArray({ type: 'float64', shape, chunk, dimensions, attributes });
}

const oneRow = (values: readonly number[]): CoordinateRows => ({
  rows: 1,
  row: () => Float64Array.from(values),
});

/** Values in C order, as rows along the last of `lengths`. */
function oneDown(values: readonly number[], lengths: readonly number[]): CoordinateRows {
  const length = lengths.at(-1) ?? 1;
  return {
    rows: values.length / length,
    row: (index) => Float64Array.from(values.slice(index * length, (index + 1) * length)),
  };
}
