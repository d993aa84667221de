import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import FileSystemStore from '@zarrita/storage/fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { JobError } from '../../core/errors.js';
import { cellCount, type Triple } from '../../core/grid/box.js';
import { brickBox } from '../../core/grid/bricks.js';
import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { decodeCells } from '../../core/result/cells.js';
import { decodeSeries } from '../../core/result/series.js';
import { type InputBrick, inputBricks } from './input-bricks.js';

/** Written by numpy and zarr-python: see make.py there. */
const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'groundswell-inputs-'));
});
afterAll(() => rm(scratch, { recursive: true }));

function jobFrom(initial: JobFileInput['initial'], more: Partial<JobFileInput> = {}): Job {
  return checkJob({
    name: 'inputs',
    model: 'wave',
    grid: { shape: [5, 6, 7], spacing: 1, brick: 4 },
    time: { steps: 1 },
    parameters: { speed: 1 },
    boundary: 'periodic',
    initial,
    ...more,
  });
}

async function bricksFrom(job: Job, folder = FIXTURES): Promise<InputBrick[]> {
  const bricks: InputBrick[] = [];
  for await (const brick of inputBricks('job-1', job, folder)) bricks.push(brick);
  return bricks;
}

/** Cells of every brick, by its place, put back to where they came from: `[z, y, x, value]`. */
async function cellsOf(job: Job, bricks: readonly InputBrick[]): Promise<[...Triple, number][]> {
  const cells: [...Triple, number][] = [];
  for (const { key, bytes } of bricks) {
    const [z = 0, y = 0, x = 0] = key.split('/').slice(-3).map(Number);
    const box = brickBox(job.grid, [z, y, x]);
    const values = await decodeCells(bytes, cellCount(box));
    let next = 0;
    for (let cz = box.lo[0]; cz < box.hi[0]; cz++)
      for (let cy = box.lo[1]; cy < box.hi[1]; cy++)
        for (let cx = box.lo[2]; cx < box.hi[2]; cx++) cells.push([cz, cy, cx, values[next++] ?? Number.NaN]);
  }
  return cells;
}

async function faultsOf(job: Job, folder = FIXTURES): Promise<string[]> {
  const outcome = await bricksFrom(job, folder).catch((error: unknown) => error);
  if (!(outcome instanceof JobError)) throw outcome;
  return outcome.message.split('\n');
}

describe('every cell of an array arrives in its brick', () => {
  it.each([
    'c-f4.npy',
    'fortran-f8.npy',
    'big-endian-i2.npy',
    'version-2-i8.npy',
    'version-3-u2.npy',
    'group.zarr/c-f4',
    'group.zarr/fortran-f8',
    'group.zarr/i8',
  ])('from %s', async (array) => {
    const job = jobFrom({ psi: { array } });
    const cells = await cellsOf(job, await bricksFrom(job));
    expect(cells).toHaveLength(5 * 6 * 7);
    expect(cells.filter(([z, y, x, value]) => value !== 100 * z + 10 * y + x)).toEqual([]);
  });

  it.each(['plane-fortran-f4.npy', 'group.zarr/plane-f4'])('in 2-D, from %s', async (array) => {
    const job = jobFrom({ psi: { array } }, { grid: { shape: [6, 7], spacing: 1, brick: 4 } });
    const cells = await cellsOf(job, await bricksFrom(job));
    expect(cells).toHaveLength(6 * 7);
    expect(cells.filter(([, y, x, value]) => value !== 10 * y + x)).toEqual([]);
  });

  it('from Zarr v3, where chunks that were never written are its fill value', async () => {
    const store = new FileSystemStore(join(scratch, 'v3.zarr'));
    const array = await zarr.create(store, {
      shape: [5, 6, 7],
      chunkShape: [3, 3, 3],
      dtype: 'float32',
      fillValue: 0.5,
      codecs: [
        { name: 'bytes', configuration: { endian: 'little' } },
        { name: 'zstd', configuration: { level: 1, checksum: false } },
      ],
    });
    const data = Float32Array.from({ length: 27 }, (_, i) => i);
    await zarr.set(array, [zarr.slice(0, 3), zarr.slice(3, 6), zarr.slice(0, 3)], {
      data,
      shape: [3, 3, 3],
      stride: [9, 3, 1],
    });
    const job = jobFrom({ psi: { array: 'v3.zarr' } });
    for (const [z, y, x, value] of await cellsOf(job, await bricksFrom(job, scratch))) {
      const written = z < 3 && y >= 3 && x < 3;
      expect(value).toBe(written ? 9 * z + 3 * (y - 3) + x : 0.5);
    }
  });
});

it('names each object by job, state, level and brick, both levels where both are given', async () => {
  const job = jobFrom({ 'psi.L': { array: 'c-f4.npy', before: 'fortran-f8.npy' } }, { components: ['L'] });
  const keys = (await bricksFrom(job)).map(({ key }) => key);
  expect(keys).toHaveLength(2 * 2 * 2 * 2);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toContain('jobs/job-1/input/psi.L/now/1/0/1');
  expect(keys).toContain('jobs/job-1/input/psi.L/before/0/1/0');
});

it('sets cells on a fixed edge to 0', async () => {
  const job = jobFrom({ psi: { array: 'c-f4.npy' } }, { boundary: 'dirichlet' });
  for (const [z, y, x, value] of await cellsOf(job, await bricksFrom(job))) {
    const inside = z > 0 && z < 4 && y > 0 && y < 5 && x > 0 && x < 6;
    expect(value).toBe(inside ? 100 * z + 10 * y + x : 0);
  }
});

it('gives nothing for a job that starts from formulas alone', async () => {
  expect(await bricksFrom(jobFrom({ psi: { formula: 'gaussian', amplitude: 1, sigma: 1 } }))).toEqual([]);
});

describe('an array that gives a medium', () => {
  const mediumFrom = (speed: object) =>
    jobFrom({}, { model: 'medium', parameters: {}, boundary: 'dirichlet', media: { speed } as never });
  /** The fixtures hold 100z + 10y + x: from 0 to 456. */
  const all = { max: 456 };

  it('keeps its cells on fixed edges, in bricks of its own', async () => {
    const job = mediumFrom({ array: 'c-f4.npy', ...all });
    const bricks = await bricksFrom(job);
    expect(bricks[0]?.key).toBe('jobs/job-1/input/_media/speed/0/0/0');
    const state = await cellsOf(job, await bricksFrom(jobFrom({ psi: { array: 'c-f4.npy' } })));
    expect(await cellsOf(job, bricks)).toEqual(state);
  });

  it('comes from Zarr as from numpy', async () => {
    const cells = async (array: string) => {
      const job = mediumFrom({ array, ...all });
      return cellsOf(job, await bricksFrom(job));
    };
    expect(await cells('group.zarr/c-f4')).toEqual(await cells('c-f4.npy'));
  });

  it('is refused below 0 where its model says so', async () => {
    await writeFile(join(scratch, 'below.npy'), await belowZero());
    const speed = { array: 'below.npy', ...all };
    expect((await faultsOf(mediumFrom(speed), scratch))[0]).toMatch(
      /^media\.speed\.array: holds -1 at \[0, 0, 0\]\. Give at least 0\.$/,
    );
  });

  it('is refused where a value is beyond what the job file says, or NaN, or its shape another', async () => {
    const faults = async (speed: object) => (await faultsOf(mediumFrom(speed)))[0];
    expect(await faults({ array: 'c-f4.npy', max: 455 })).toMatch(
      /^media\.speed\.array: holds 456 at \[4, 5, 6\]\. Give at most 455, or a larger max\.$/,
    );
    expect(await faults({ array: 'c-f4.npy', ...all, min: 0.5 })).toMatch(
      /^media\.speed\.array: holds 0 at \[0, 0, 0\]\. Give at least 0\.5\.$/,
    );
    expect(await faults({ array: 'nan.npy', ...all })).toMatch(/^media\.speed\.array: holds NaN at/);
    expect(await faults({ array: 'plane-fortran-f4.npy', max: 1 })).toMatch(
      /^media\.speed\.array: has the shape/,
    );
  });
});

/** c-f4.npy, its first value −1. */
async function belowZero(): Promise<Uint8Array> {
  const bytes = await readFile(join(FIXTURES, 'c-f4.npy'));
  bytes.writeFloatLE(-1, bytes.byteLength - 5 * 6 * 7 * 4);
  return bytes;
}

describe('a series for a source', () => {
  const fedBy = (file: string) => {
    const signal = { shape: 'series' as const, file };
    const source = { field: 'psi', at: { z: 2, y: 2, x: 2 }, amplitude: 30, signal };
    return jobFrom({}, { sources: { clap: source } });
  };
  const written = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(scratch, name), content);
    return fedBy(name);
  };
  const npy = (descr: string, shape: string, bytes: Uint8Array) => {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117);
    return Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'),
      Buffer.from(`${header}\n`),
      bytes,
    ]);
  };
  const valuesOf = async (job: Job) => {
    const [only, ...more] = await bricksFrom(job, scratch);
    expect(only?.key).toBe('jobs/job-1/input/_sources/clap');
    expect(more).toEqual([]);
    return [...decodeSeries(only?.bytes ?? new Uint8Array(0))];
  };

  it('travels whole, from numbers in lines or from numpy', async () => {
    expect(await valuesOf(await written('a.csv', '# pressure\n0.5\n\n -2e1 \r\n3'))).toEqual([0.5, -20, 3]);
    const bytes = new Uint8Array(Float64Array.of(0.25, -1, 8).buffer);
    expect(await valuesOf(await written('a.npy', npy('<f8', '3,', bytes)))).toEqual([0.25, -1, 8]);
  });

  it.each([
    ['words.csv', '1\ntwo\n', /has "two" in line 2\. Give one number a line\.$/],
    ['endless.csv', '1\nInfinity\n', /holds a value beyond the range of f32 at \[1\]/],
    ['large.csv', '1e39', /holds a value beyond the range of f32 at \[0\]/],
    ['empty.csv', '# nothing\n', /holds no value\. Give one or more\.$/],
    [
      'long.csv',
      '1\n'.repeat(262_145),
      /holds 262145 values\. Give at most 262144 values, with a dt of their own/,
    ],
    ['huge.csv', ' '.repeat(8_388_609), /has 8388609 bytes\. Give at most 262144 values/],
    [
      'steep.csv',
      '1\n-3e38',
      /holds -3\S*e\+38 at \[1\], which adds -\S+e\+3\d in a step, more than f32 can hold\. Give sources\.clap a smaller amplitude/,
    ],
    [
      'nan.npy',
      npy('<f4', '2,', new Uint8Array(Float32Array.of(1, Number.NaN).buffer)),
      /holds NaN at \[1\]/,
    ],
    [
      'plane.npy',
      npy('<f4', '1, 2', new Uint8Array(8)),
      /has the shape \[1, 2\]\. Give a list of numbers\.$/,
    ],
    ['text.wav', 'RIFF', /is neither a \.npy file nor a Zarr array/],
  ])('is refused as %s', async (name, content, fault) => {
    const faults = await faultsOf(await written(name, content), scratch);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
    expect(faults[0]).toMatch(/^sources\.clap\.signal\.file: /);
  });

  it('is refused where it is not there, together with arrays that are refused', async () => {
    const { sources } = fedBy('none.csv').file;
    expect(
      (await faultsOf(jobFrom({ psi: { array: 'none.npy' } }, { sources }))).map(
        (line) => line.split(' is')[0],
      ),
    ).toEqual(['sources.clap.signal.file:', 'initial.psi.array:']);
  });
});

describe('an array is refused', () => {
  const cases: [reason: string, array: string, fault: RegExp][] = [
    [
      'that is not there',
      'none.npy',
      /^initial\.psi\.array: is not there: .*none\.npy\. Give its path relative/,
    ],
    [
      'of another shape',
      'plane-fortran-f4.npy',
      /has the shape \[6, 7\]\. It has to be \[5, 6, 7\], that of grid\.shape\.$/,
    ],
    ['of complex numbers', 'complex.npy', /holds numbers of type c8\. Save it as float32 or float64\.$/],
    ['of truth values', 'group.zarr/truth', /holds values of type bool\. Save it as float32 or float64\.$/],
    [
      'in an archive',
      'archive.npz',
      /is an archive of arrays\. Save the one array with numpy\.save, as \.npy\.$/,
    ],
    ['that is a group', 'group.zarr', /is a Zarr group\. Name one of its arrays/],
    ['that is a folder of something else', '.', /is not a Zarr array that can be read/],
    [
      'that is some other file',
      'make.py',
      /is neither a \.npy file nor a Zarr array\. Save it with numpy\.save\.$/,
    ],
    ['that holds NaN, with its cell', 'nan.npy', /holds NaN at \[3, 4, 5\]\. Give finite values only\.$/],
    ['that f32 cannot hold', 'huge.npy', /holds a value beyond the range of f32 at \[0, 0, 1\]\. /],
  ];
  it.each(cases)('%s', async (_reason, array, fault) => {
    const faults = await faultsOf(jobFrom({ psi: { array } }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  it('that was cut short', async () => {
    await copyFile(join(FIXTURES, 'c-f4.npy'), join(scratch, 'short.npy'));
    await truncate(join(scratch, 'short.npy'), 500);
    expect(await faultsOf(jobFrom({ psi: { array: 'short.npy' } }), scratch)).toEqual([
      'initial.psi.array: has 500 bytes of 968. Save it again: it was cut short.',
    ]);
  });

  it('that holds too few bytes to say what it is', async () => {
    await writeFile(join(scratch, 'empty.npy'), '');
    expect((await faultsOf(jobFrom({ psi: { array: 'empty.npy' } }), scratch))[0]).toMatch(/neither a \.npy/);
  });

  it('together with all others that are refused, before any brick is made', async () => {
    const job = jobFrom({
      psi: { array: 'none.npy', before: 'archive.npz' },
      freq: { array: 'complex.npy' },
    });
    expect((await faultsOf(job)).map((line) => line.split(':')[0])).toEqual([
      'initial.psi.array',
      'initial.psi.before',
      'initial.freq.array',
    ]);
  });
});
