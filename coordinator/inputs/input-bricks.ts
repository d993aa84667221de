import { resolve } from 'node:path';
import { JobError, type JobFault } from '../../core/errors.js';
import { type Box, boxOfShape, hasCell, shapeOf, type Triple } from '../../core/grid/box.js';
import { brickBox, brickCounts } from '../../core/grid/bricks.js';
import type { Grid } from '../../core/grid/grid.js';
import type { Job } from '../../core/job/job.js';
import { faultOfSeries } from '../../core/job/sources.js';
import { inputBrickKey, mediumBrickKey, sourceSeriesKey } from '../../core/protocol/keys.js';
import { encodeCells } from '../../core/result/cells.js';
import { encodeSeries } from '../../core/result/series.js';
import { openSource } from './open-source.js';
import { InputRefusal, refuseIf } from './refusal.js';
import { readSeries } from './series.js';
import type { ArraySource } from './source.js';

/** An object for the store: one brick of one array that a job starts from, or the series of a source. */
export interface InputBrick {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** One array named in the job file. */
interface Input {
  /** Its field in the job file, `initial.psi.L.array`. */
  readonly field: string;
  readonly path: string;
  readonly key: (brick: Triple) => string;
  /** Cells outside it are set to 0. */
  readonly kept: Box;
  /** What its values may be. */
  readonly min: number;
  readonly max: number;
}

interface OpenInput extends Input {
  readonly source: ArraySource;
}

/**
 * The series of every source that has one, and every brick of every array that the job `id` starts from; `folder` is
 * where the job file lies. Arrays are read
 * in rows of bricks, never whole. Cells of a state outside `job.updatable` are set to 0.
 *
 * Throws JobError: before the first brick with all faults of the series, and all that the arrays' headers show (missing,
 * of another shape, not numbers); later where a cell is not finite, or a medium's beyond what the job file says.
 */
export async function* inputBricks(id: string, job: Job, folder: string): AsyncGenerator<InputBrick, void> {
  const faults: JobFault[] = [];
  const series = await seriesOfSources(id, job, folder, faults);
  const inputs = await openAll(id, job, folder, faults);
  try {
    yield* series;
    for (const input of inputs) yield* bricksOfInput(job, input);
  } finally {
    await closeAll(inputs);
  }
}

/** Whole: they are small. Adds to `faults` what is wrong with each. */
async function seriesOfSources(
  id: string,
  job: Job,
  folder: string,
  faults: JobFault[],
): Promise<InputBrick[]> {
  const bricks: InputBrick[] = [];
  for (const { name, feed } of job.sources) {
    const signal = job.file.sources[name]?.signal;
    if (feed.kind !== 'file' || signal?.shape !== 'series' || signal.file === undefined) continue;
    try {
      const values = await readSeries(resolve(folder, signal.file));
      const fault = faultOfSeries(name, feed.weight, values);
      if (fault) faults.push(fault);
      bricks.push({ key: sourceSeriesKey(id, name), bytes: encodeSeries(values) });
    } catch (error) {
      if (!(error instanceof InputRefusal)) throw error;
      faults.push({ field: `sources.${name}.signal.file`, problem: error.problem, fix: error.fix });
    }
  }
  return bricks;
}

function inputsOf(id: string, job: Job, folder: string): Input[] {
  return [...statesFrom(id, job, folder), ...mediaFrom(id, job, folder)];
}

function mediaFrom(id: string, job: Job, folder: string): Input[] {
  return [...job.media].flatMap(([name, medium]): Input[] => {
    const written = job.file.media[name];
    if (medium.kind !== 'array' || typeof written !== 'object' || !('array' in written)) return [];
    return [
      {
        field: `media.${name}.array`,
        path: resolve(folder, written.array),
        key: (brick) => mediumBrickKey(id, name, brick),
        kept: boxOfShape(job.grid.shape),
        min: medium.min,
        max: medium.max,
      },
    ];
  });
}

function statesFrom(id: string, job: Job, folder: string): Input[] {
  const any = { kept: job.updatable, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  return Object.entries(job.file.initial).flatMap(([state, start]): Input[] => {
    if (!('array' in start)) return [];
    const field = `initial.${state}`;
    const now: Input = {
      ...any,
      field: `${field}.array`,
      path: resolve(folder, start.array),
      key: (brick) => inputBrickKey(id, state, 'now', brick),
    };
    if (start.before === undefined) return [now];
    const path = resolve(folder, start.before);
    const key = (brick: Triple) => inputBrickKey(id, state, 'before', brick);
    return [now, { ...any, field: `${field}.before`, path, key }];
  });
}

/** Throws JobError where this finds faults, or `faults` has some already. */
async function openAll(id: string, job: Job, folder: string, faults: JobFault[]): Promise<OpenInput[]> {
  const opened: OpenInput[] = [];
  for (const input of inputsOf(id, job, folder)) {
    try {
      const source = await openSource(input.path);
      opened.push({ ...input, source });
      checkShape(source.shape, job.file.grid.shape);
    } catch (error) {
      if (!(error instanceof InputRefusal)) {
        await closeAll(opened);
        throw error;
      }
      faults.push({ field: input.field, problem: error.problem, fix: error.fix });
    }
  }
  if (faults.length > 0) {
    await closeAll(opened);
    throw new JobError(faults);
  }
  return opened;
}

async function closeAll(inputs: readonly OpenInput[]): Promise<void> {
  await Promise.all(inputs.map(({ source }) => source.close()));
}

function checkShape(found: readonly number[], wanted: readonly number[]): void {
  const same = found.length === wanted.length && found.every((cells, axis) => cells === wanted[axis]);
  refuseIf(
    !same,
    `has the shape [${found.join(', ')}]`,
    `It has to be [${wanted.join(', ')}], that of grid.shape`,
  );
}

async function* bricksOfInput(job: Job, input: OpenInput): AsyncGenerator<InputBrick, void> {
  const { source } = input;
  for (const row of rowsOfBricks(job.grid, source.fastest)) {
    const box = spanOf(row.map((place) => brickBox(job.grid, place)));
    const cells = await readFitting(input, box);
    for (const place of row) {
      const brick = cut(cells, box, brickBox(job.grid, place), input.kept);
      yield { key: input.key(place), bytes: await encodeCells(brick) };
    }
  }
}

/** Bricks in rows along one axis: along the file's fastest, nothing is read twice. */
function* rowsOfBricks(grid: Grid, along: 0 | 1 | 2): Generator<Triple[]> {
  const counts = brickCounts(grid);
  const [outer, inner] =
    along === 0 ? ([1, 2] as const) : along === 1 ? ([0, 2] as const) : ([0, 1] as const);
  for (let o = 0; o < counts[outer]; o++) {
    for (let i = 0; i < counts[inner]; i++) {
      yield Array.from({ length: counts[along] }, (_, a): Triple => {
        const place: [number, number, number] = [0, 0, 0];
        place[outer] = o;
        place[inner] = i;
        place[along] = a;
        return place;
      });
    }
  }
}

/** The box from the first to the last of a row of boxes. */
function spanOf(boxes: readonly Box[]): Box {
  const [first] = boxes;
  const last = boxes.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a grid has at least one brick');
  return { lo: first.lo, hi: last.hi };
}

async function readFitting({ source, field, min, max }: OpenInput, box: Box): Promise<Float32Array> {
  try {
    const cells = await source.read(box);
    const [least, most] = [Math.fround(min), Math.fround(max)];
    const bad = cells.findIndex((value) => !(Number.isFinite(value) && least <= value && value <= most));
    if (bad >= 0) {
      const value = cells[bad] as number;
      const [, ny, nx] = shapeOf(box);
      const cell = [Math.floor(bad / (ny * nx)), Math.floor(bad / nx) % ny, bad % nx];
      const index = cell.map((step, axis) => step + (box.lo[axis] ?? 0)).slice(-source.shape.length);
      throw refusalOf(value, `[${index.join(', ')}]`, min, max);
    }
    return cells;
  } catch (error) {
    if (!(error instanceof InputRefusal)) throw error;
    throw new JobError([{ field, problem: error.problem, fix: error.fix }]);
  }
}

function refusalOf(value: number, at: string, min: number, max: number): InputRefusal {
  if (Number.isNaN(value)) return new InputRefusal(`holds NaN at ${at}`, 'Give finite values only');
  if (!Number.isFinite(value)) {
    return new InputRefusal(`holds a value beyond the range of f32 at ${at}`, 'Give finite values only');
  }
  const fix = value > max ? `Give at most ${max}, or a larger max` : `Give at least ${min}`;
  return new InputRefusal(`holds ${value} at ${at}`, fix);
}

/** The cells of `brick` out of those of `box`, those outside `keep` set to 0. */
function cut(cells: Float32Array, box: Box, brick: Box, keep: Box): Float32Array {
  const [, ny, nx] = shapeOf(box);
  const [bz, by, bx] = shapeOf(brick);
  const kept = new Float32Array(bz * by * bx);
  let next = 0;
  for (let z = brick.lo[0]; z < brick.hi[0]; z++) {
    for (let y = brick.lo[1]; y < brick.hi[1]; y++) {
      const row = ((z - box.lo[0]) * ny + (y - box.lo[1])) * nx - box.lo[2];
      for (let x = brick.lo[2]; x < brick.hi[2]; x++) {
        if (hasCell(keep, [z, y, x])) kept[next] = cells[row + x] ?? 0;
        next++;
      }
    }
  }
  return kept;
}
