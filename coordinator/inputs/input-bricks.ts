import { resolve } from 'node:path';
import { JobError, type JobFault } from '../../core/errors.js';
import { type Box, hasCell, shapeOf, type Triple } from '../../core/grid/box.js';
import { brickBox, brickCounts } from '../../core/grid/bricks.js';
import type { Grid } from '../../core/grid/grid.js';
import type { Job, StateName } from '../../core/job/job.js';
import { inputBrickKey } from '../../core/protocol/keys.js';
import { encodeCells } from '../../core/result/cells.js';
import { openSource } from './open-source.js';
import { InputRefusal, refuseIf } from './refusal.js';
import type { ArraySource } from './source.js';

/** An object for the store: one brick of one array that a job starts from. */
export interface InputBrick {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** One array named in the job file. */
interface Input {
  /** Its field in the job file, `initial.psi.L.array`. */
  readonly field: string;
  readonly state: StateName;
  readonly level: 'now' | 'before';
  readonly path: string;
}

interface OpenInput extends Input {
  readonly source: ArraySource;
}

/**
 * Every brick of every array that the job `id` starts from; `folder` is where the job file lies. Arrays are read
 * in rows of bricks, never whole. Cells outside `job.updatable` are set to 0.
 *
 * Throws JobError: before the first brick with all faults that the files' headers show (missing, of another
 * shape, not numbers); later where a cell is not finite.
 */
export async function* inputBricks(id: string, job: Job, folder: string): AsyncGenerator<InputBrick, void> {
  const inputs = await openAll(job, folder);
  try {
    for (const input of inputs) yield* bricksOfInput(id, job, input);
  } finally {
    await closeAll(inputs);
  }
}

function inputsOf(job: Job, folder: string): Input[] {
  return Object.entries(job.file.initial).flatMap(([state, start]): Input[] => {
    if (!('array' in start)) return [];
    const field = `initial.${state}`;
    const now: Input = { field: `${field}.array`, state, level: 'now', path: resolve(folder, start.array) };
    if (start.before === undefined) return [now];
    const path = resolve(folder, start.before);
    return [now, { field: `${field}.before`, state, level: 'before', path }];
  });
}

async function openAll(job: Job, folder: string): Promise<OpenInput[]> {
  const opened: OpenInput[] = [];
  const faults: JobFault[] = [];
  for (const input of inputsOf(job, folder)) {
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

async function* bricksOfInput(id: string, job: Job, input: OpenInput): AsyncGenerator<InputBrick, void> {
  const { field, state, level, source } = input;
  for (const row of rowsOfBricks(job.grid, source.fastest)) {
    const box = spanOf(row.map((place) => brickBox(job.grid, place)));
    const cells = await readFinite(source, box, field);
    for (const place of row) {
      const brick = cut(cells, box, brickBox(job.grid, place), job.updatable);
      yield { key: inputBrickKey(id, state, level, place), bytes: await encodeCells(brick) };
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

async function readFinite(source: ArraySource, box: Box, field: string): Promise<Float32Array> {
  try {
    const cells = await source.read(box);
    const bad = cells.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const [, ny, nx] = shapeOf(box);
      const cell = [Math.floor(bad / (ny * nx)), Math.floor(bad / nx) % ny, bad % nx];
      const index = cell.map((step, axis) => step + (box.lo[axis] ?? 0)).slice(-source.shape.length);
      const what = Number.isNaN(cells[bad]) ? 'NaN' : 'a value beyond the range of f32';
      throw new InputRefusal(`holds ${what} at [${index.join(', ')}]`, 'Give finite values only');
    }
    return cells;
  } catch (error) {
    if (!(error instanceof InputRefusal)) throw error;
    throw new JobError([{ field, problem: error.problem, fix: error.fix }]);
  }
}

/** The cells of `brick` out of those of `box`, those outside `updatable` set to 0. */
function cut(cells: Float32Array, box: Box, brick: Box, updatable: Box): Float32Array {
  const [, ny, nx] = shapeOf(box);
  const [bz, by, bx] = shapeOf(brick);
  const kept = new Float32Array(bz * by * bx);
  let next = 0;
  for (let z = brick.lo[0]; z < brick.hi[0]; z++) {
    for (let y = brick.lo[1]; y < brick.hi[1]; y++) {
      const row = ((z - box.lo[0]) * ny + (y - box.lo[1])) * nx - box.lo[2];
      for (let x = brick.lo[2]; x < brick.hi[2]; x++) {
        if (hasCell(updatable, [z, y, x])) kept[next] = cells[row + x] ?? 0;
        next++;
      }
    }
  }
  return kept;
}
