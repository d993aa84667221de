import { z } from 'zod';
import { JobError } from '../errors.js';
import { checkJob } from './check.js';
import { FaultList } from './faults.js';
import { type FieldPath, readPath, withField } from './field-path.js';
import { addIssue, knownKeysAsMessage } from './schema-faults.js';

/** Members are listed in the coordinator's memory and in one result: so many of them are a few megabytes. */
const MAX_MEMBERS = 10_000;
const MAX_AXES = 8;
const MAX_TITLE = 200;

const field = z
  .string()
  .max(200)
  .describe('A field of this file: parameters.speed, sources.ping.signal.frequency');
const axis = z.union([
  z.strictObject({ field, values: z.array(z.json()).min(1).max(MAX_MEMBERS) }).describe('A list of values'),
  z
    .strictObject({
      field,
      from: z.number(),
      to: z.number(),
      count: z.number().int().min(2).max(MAX_MEMBERS),
      spacing: z.enum(['linear', 'log']).default('linear'),
    })
    .describe('A range: `count` values from `from` to `to`, both among them'),
]);

/** The `sweep` of a job file: its axes, by name. Each combination of their values is one member. */
export const sweepSchema = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,15}$/), axis)
  .refine((axes) => Object.keys(axes).length >= 1 && Object.keys(axes).length <= MAX_AXES, {
    message: `Name 1 to ${MAX_AXES} axes, for example speed: {field: parameters.speed, values: [1, 2]}`,
  })
  .describe('Makes the file many jobs, one for each combination of the axes’ values');

export type AxisValue = z.output<ReturnType<typeof z.json>>;

export interface SweepAxis {
  readonly name: string;
  /** As written. */
  readonly field: string;
  readonly values: readonly AxisValue[];
}

/** Jobs that differ in a few fields. Members are numbered with the last axis running fastest. */
export interface Sweep {
  readonly name: string;
  readonly axes: readonly SweepAxis[];
  /** Product of the axes' lengths. */
  readonly count: number;
}

/** As much of a sweep as numbers its members. */
interface AxisLengths {
  readonly axes: readonly { readonly values: readonly unknown[] }[];
}

export interface SweepMember {
  /** `NAME-speed0-depth3`: the sweep's name, and the place on each axis. */
  readonly name: string;
  /** The value on each axis, by name. */
  readonly coordinates: Readonly<Record<string, AxisValue>>;
  /** Its place on each axis. */
  readonly places: readonly number[];
  /** A job file of its own, without `sweep`. */
  readonly file: unknown;
}

export function isSweep(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'sweep');
}

/**
 * Checks a job file with a `sweep`, as parsed from YAML or JSON: its axes, and a member for every value on each axis, the other
 * axes at their first (of an axis of hundreds, every few). Throws JobError with every fault found; those of a value name the axis and the
 * value. A combination of values that cannot be is found when that member is checked.
 */
export function checkSweep(value: Readonly<Record<string, unknown>>): Sweep {
  const faults = new FaultList();
  const sweep = axesOf(value, faults);
  const { sweep: _axes, ...base } = value;
  checkMembers(sweep, base, faults);
  faults.raise();
  return sweep;
}

/** The axes of a sweep that has been checked elsewhere; no member is looked at. Throws JobError with every fault of theirs. */
export function readSweep(value: Readonly<Record<string, unknown>>): Sweep {
  return axesOf(value, new FaultList());
}

function axesOf(value: Readonly<Record<string, unknown>>, faults: FaultList): Sweep {
  const { sweep: written, ...base } = value;
  const parsed = sweepSchema.safeParse(written, { error: knownKeysAsMessage, reportInput: true });
  if (!parsed.success) for (const issue of parsed.error.issues) addIssue(faults, issue, ['sweep']);
  faults.raise();
  if (!parsed.success) throw parsed.error;

  const axes = Object.entries(parsed.data).map(([name, axis]): SweepAxis => {
    return { name, field: axis.field, values: valuesOf(name, axis, faults) };
  });
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MAX_MEMBERS) {
    const problem = `makes ${count} members, more than the ${MAX_MEMBERS} that a sweep may have`;
    faults.add('sweep', problem, 'Give fewer values, or several sweeps');
  }
  for (const axis of axes) checkField(axis, axes, base, faults);
  faults.raise();
  return { name: String(base.name), axes, count };
}

/** One member, 0 to `count` − 1, of the sweep that `checkSweep` made of `value`. */
export function memberOf(sweep: Sweep, value: Readonly<Record<string, unknown>>, index: number): SweepMember {
  const { sweep: _axes, ...base } = value;
  return memberAt(sweep, base, placesOf(sweep, index));
}

/** A member's place on each axis; the last axis runs fastest. */
export function placesOf({ axes }: AxisLengths, index: number): readonly number[] {
  let left = index;
  const places = axes.toReversed().map(({ values }) => {
    const place = left % values.length;
    left = Math.floor(left / values.length);
    return place;
  });
  return places.reverse();
}

/** The number of the member at those places; undefined where there is none. */
export function numberOf({ axes }: AxisLengths, places: readonly number[]): number | undefined {
  if (places.length !== axes.length) return undefined;
  let number = 0;
  for (const [axis, { values }] of axes.entries()) {
    const place = places[axis];
    if (place === undefined || place >= values.length) return undefined;
    number = number * values.length + place;
  }
  return number;
}

/** What a member is, in words: `speed = 2, depth = 3`. */
export function whereabouts({ axes }: Pick<Sweep, 'axes'>, places: readonly number[]): string {
  return axes.map(({ name, values }, i) => `${name} = ${JSON.stringify(values[places[i] ?? 0])}`).join(', ');
}

function memberAt(
  sweep: Sweep,
  base: Readonly<Record<string, unknown>>,
  places: readonly number[],
): SweepMember {
  const name = `${sweep.name}${sweep.axes.map((axis, i) => `-${axis.name}${places[i]}`).join('')}`;
  const at = sweep.axes.map((axis, i) => [axis.name, axis.values[places[i] as number] as AxisValue] as const);
  const where = whereabouts(sweep, places);
  const title = typeof base.title === 'string' && base.title !== '' ? `${base.title}: ${where}` : where;
  const file = sweep.axes.reduce<unknown>(
    (file, axis, i) => withField(file, readPath(axis.field, base) ?? [], axis.values[places[i] as number]),
    { ...base, name, title: title.slice(0, MAX_TITLE) },
  );
  return { name, coordinates: Object.fromEntries(at), places, file: inOneBrick(file) };
}

/** A grid of so many cells fits any device whole, and is one object of a result. */
const CELLS_OF_ONE_BRICK = 64 ** 3;
const LONGEST_BRICK = 256;
const SHORTEST_BRICK = 4;

/** A small member is never cut, so that its bricks would only make objects of it: unless the file says otherwise it is one. */
function inOneBrick(file: unknown): unknown {
  const parsed = uncut.safeParse(file);
  if (!parsed.success) return file;
  const { shape } = parsed.data.grid;
  const edge = Math.max(SHORTEST_BRICK, ...shape);
  const cells = shape.reduce((product, length) => product * length, 1);
  if (cells > CELLS_OF_ONE_BRICK || edge > LONGEST_BRICK) return file;
  return withField(file, ['grid', 'brick'], edge);
}

const uncut = z.object({
  grid: z.object({ shape: z.array(z.number().int().min(1)).min(2).max(3), brick: z.undefined().optional() }),
});

function valuesOf(
  name: string,
  axis: z.output<typeof sweepSchema>[string],
  faults: FaultList,
): readonly AxisValue[] {
  if ('values' in axis) {
    const written = axis.values.map((value) => JSON.stringify(value));
    for (const [i, value] of written.entries()) {
      if (written.indexOf(value) === i) continue;
      faults.add(`sweep.${name}.values[${i}]`, `${value} is listed twice`, 'Leave one of them out');
    }
    return axis.values;
  }
  const { from, to, count, spacing } = axis;
  if (spacing === 'log' && !(from > 0 && to > 0)) {
    faults.add(
      `sweep.${name}.spacing`,
      'is log, and the range reaches 0 or below',
      'Use linear, or a range above 0',
    );
    return [];
  }
  const along = (part: number) =>
    spacing === 'log' ? from * (to / from) ** part : from + (to - from) * part;
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? to : along(i / (count - 1))));
}

/** What a member is called is not the sweep's to change. */
const FIXED = new Set(['name', 'title', 'version', 'sweep', '$schema']);

function checkField(
  { name, field }: SweepAxis,
  axes: readonly SweepAxis[],
  base: Readonly<Record<string, unknown>>,
  faults: FaultList,
): void {
  const at = `sweep.${name}.field`;
  const path = readPath(field, base);
  if (!path) {
    faults.add(at, `${field} is no path to a field`, 'Write it as in parameters.speed or outputs.film.every');
  } else if (FIXED.has(String(path[0]))) {
    faults.add(at, `${field} is the same for all members`, 'Name another field');
  } else if (withField(base, path, 0) === undefined) {
    faults.add(at, `${field} leads through something that has no such part`, 'Name a field of this file');
  } else {
    const other = axes.find((axis) => axis.name !== name && covers(readPath(axis.field, base), path));
    if (other) faults.add(at, `${field} is set by ${other.name} too`, 'Leave one of the axes out');
  }
}

/** Whether one path leads to the field of another, or to something that holds it. */
function covers(outer: FieldPath | undefined, inner: FieldPath): boolean {
  return outer?.every((key, i) => inner[i] === key) ?? false;
}

/** Members without a fault of their own that are checked before the sweep starts: half a second. */
const MEMBERS_CHECKED = 200;

/**
 * Values of each axis, the other axes at their first: what is wrong with one is said of it, and what is wrong with all of them once. Of a long
 * axis, values from end to end.
 */
function checkMembers(sweep: Sweep, base: Readonly<Record<string, unknown>>, faults: FaultList): void {
  const said = new Set<string>();
  const most = Math.max(2, Math.floor(MEMBERS_CHECKED / sweep.axes.length));
  for (const [i, axis] of sweep.axes.entries()) {
    const last = axis.values.length - 1;
    const tried = Math.min(most, axis.values.length);
    for (let n = 0; n < tried; n++) {
      const place = tried === 1 ? 0 : Math.round((n * last) / (tried - 1));
      const member = memberAt(
        sweep,
        base,
        sweep.axes.map((_, j) => (j === i ? place : 0)),
      );
      for (const { field, problem, fix } of faultsOf(member.file)) {
        if (said.has(`${field} ${problem}`)) continue;
        said.add(`${field} ${problem}`);
        faults.add(`sweep.${axis.name}, value ${JSON.stringify(axis.values[place])}: ${field}`, problem, fix);
      }
    }
  }
}

function faultsOf(file: unknown) {
  try {
    checkJob(file);
    return [];
  } catch (error) {
    if (error instanceof JobError) return error.faults;
    throw error;
  }
}
