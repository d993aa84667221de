import type { EngineKind } from '../../shaders/engine.js';
import { JobError } from '../errors.js';
import { boxOfShape, cellCount, type Triple } from '../grid/box.js';
import { breathe } from '../peer/breathe.js';
import { memberId } from '../protocol/member-id.js';
import { checkJob } from './check.js';
import { FaultList } from './faults.js';
import type { Job } from './job.js';
import { memoryNeeded } from './memory.js';
import { resultForm, resultFormDifference } from './result-form.js';
import { checkSweep, memberOf, placesOf, type Sweep, whereabouts } from './sweep.js';

/** What is kept of each member: jobs themselves are many times as large. */
export interface MemberFacts {
  readonly places: readonly number[];
  readonly steps: number;
  /** In the job's unit of time. */
  readonly dt: number;
  readonly spacing: number;
  /** Cell updates that it takes. */
  readonly updates: number;
  /** Bytes of its whole state, by what computes it. */
  readonly bytes: Readonly<Record<EngineKind, number>>;
  /** Where each output begins in the grid, and its steps. */
  readonly outputs: readonly { readonly lo: Triple; readonly steps: readonly number[] }[];
  readonly probes: readonly Triple[];
}

/** A sweep whose every member has been checked. */
export interface WholeSweep extends Sweep {
  /** As it was submitted. */
  readonly file: Readonly<Record<string, unknown>>;
  /** By their numbers. */
  readonly members: readonly MemberFacts[];
  /** The first member: what all share. */
  readonly first: Job;
  readonly outputs: Job['outputs'];
}

/** Either may be handed in. */
export type JobOrSweep = Job | WholeSweep;

export const isWholeSweep = (work: JobOrSweep): work is WholeSweep => 'axes' in work;

/** Members that are said to be faulty: more would only be the same again. */
const MOST_FAULTS = 20;

/** Names that arrays of a result have already. `ix` and the like are the cells where positions differ. */
const TAKEN = new Set(['time', 'step', 'status', 'z', 'y', 'x', 'iz', 'iy', 'ix']);

/**
 * Checks a job file with a `sweep`, and every member's file: a thousand take about a second, and others get their turn
 * meanwhile. Throws JobError; its faults name the member by its value on each axis.
 */
export async function checkWholeSweep(file: Readonly<Record<string, unknown>>): Promise<WholeSweep> {
  const sweep = checkSweep(file);
  const faults = new FaultList();
  const members: MemberFacts[] = [];
  const steps = new SharedSteps();
  let first: Job | undefined;
  for (let index = 0; index < sweep.count && faults.length < MOST_FAULTS; index++) {
    const { places, file: memberFile } = memberOf(sweep, file, index);
    const job = attempt(memberFile, whereabouts(sweep, places), faults);
    if (index % 8 === 7) await breathe();
    if (job === undefined) continue;
    first ??= job;
    const difference = resultFormDifference(resultForm(first), resultForm(job));
    if (difference) {
      const problem = `${whereabouts(sweep, places)}: ${difference}; all members share one array`;
      faults.add('sweep', problem, 'Keep to axes that change no sizes of the grid, and no outputs or probes');
      break;
    }
    members.push(factsOf(job, places, steps));
  }
  if (first) checkResult(sweep, first, faults);
  faults.raise();
  if (!first) throw new RangeError('a sweep has members');
  return { ...sweep, file, members, first, outputs: first.outputs };
}

/** The steps of its longest member, that is the length of its probes' series. */
export function longestOf(sweep: Sweep, file: Readonly<Record<string, unknown>>): number {
  let longest = 0;
  for (let index = 0; index < sweep.count; index++) {
    const { time } = memberOf(sweep, file, index).file as { time?: { steps?: unknown } };
    longest = Math.max(longest, Number(time?.steps));
  }
  return longest;
}

/** What an axis over one of these changes, a job may start from. */
const BEHIND_INPUTS = /^(model|components|grid|boundary|media|sources|initial)\b/;

/**
 * The member, as a job, whose inputs are the inputs of the one at `places`: members that differ in nothing which an input
 * depends on start from the same objects.
 */
export function inputsIdOf(id: string, { axes }: Pick<Sweep, 'axes'>, places: readonly number[]): string {
  return memberId(
    id,
    axes.map(({ field }, axis) => (BEHIND_INPUTS.test(field) ? (places[axis] as number) : 0)),
  );
}

/** The members whose inputs are those of all, one for each set of them. */
export function inputSetsOf(sweep: Pick<Sweep, 'axes' | 'count'>, id: string): number[] {
  return Array.from({ length: sweep.count }, (_, index) => index).filter((index) => {
    const places = placesOf(sweep, index);
    return inputsIdOf(id, sweep, places) === memberId(id, places);
  });
}

function attempt(file: unknown, where: string, faults: FaultList): Job | undefined {
  try {
    return checkJob(file);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    for (const { field, problem, fix } of error.faults) faults.add(`sweep, ${where}: ${field}`, problem, fix);
    return undefined;
  }
}

function checkResult({ axes }: Sweep, { outputs, probes }: Job, faults: FaultList): void {
  for (const { name, packed } of outputs) {
    if (packed) faults.add(`outputs.${name}.pack`, 'is not for sweeps', 'Leave it out');
  }
  const states = [...outputs, ...probes].flatMap((record) => record.states);
  for (const { name } of axes) {
    if (!TAKEN.has(name) && !states.includes(name)) continue;
    faults.add(`sweep.${name}`, 'has the name of an array of the results', 'Give the axis another name');
  }
}

function factsOf(job: Job, places: readonly number[], shared: SharedSteps): MemberFacts {
  const { steps, dt, spacing, grid, components, outputs, probes } = job;
  return {
    places,
    steps,
    dt,
    spacing,
    updates: cellCount(boxOfShape(grid.shape)) * components.length * steps,
    bytes: { wasm: memoryNeeded(job, 'wasm'), webgpu: memoryNeeded(job, 'webgpu') },
    outputs: outputs.map((output) => ({ lo: output.box.lo, steps: shared.of(output.steps) })),
    probes: probes.map(({ cell }) => cell),
  };
}

/** Lists of steps are mostly the same in all members, and long. */
class SharedSteps {
  readonly #lists = new Map<string, readonly number[]>();

  of(steps: readonly number[]): readonly number[] {
    // Each is a row of equal distances.
    const key = `${steps.length} ${steps[0]} ${steps.at(-1)}`;
    const known = this.#lists.get(key) ?? steps;
    this.#lists.set(key, known);
    return known;
  }
}
