import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, type TestContext, test } from 'vitest';
import { exportResult } from '../../coordinator/export/export.js';
import { openResult } from '../../coordinator/export/stored-result.js';
import type { Provenance } from '../../coordinator/results/finish.js';
import {
  flatJob,
  memoryStore,
  sampleJob,
  storeResult,
  truth,
} from '../../coordinator/results/sample.fixture.js';
import { startResult } from '../../coordinator/results/start.js';
import { folderReader } from '../../coordinator/store/folder.js';
import type { Triple } from '../../core/grid/box.js';
import type { Job, Output } from '../../core/job/job.js';
import { resultKey } from '../../core/protocol/keys.js';
import { ensurePython, FIRST_RUN_MS } from './python.js';

/** What `read_result.py` prints. NaN comes as null. */
interface Reading {
  readonly groups: readonly string[];
  readonly tree: readonly string[];
  readonly consolidated: boolean;
  readonly root: Readonly<Record<string, unknown>>;
  readonly datasets: Readonly<Record<string, Dataset>>;
}
interface Dataset {
  readonly sizes: Readonly<Record<string, number>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly coords: Readonly<Record<string, Variable>>;
  readonly data: Readonly<Record<string, Variable>>;
}
interface Variable {
  readonly dims: readonly string[];
  readonly dtype: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly values: unknown;
}

let python: Awaited<ReturnType<typeof ensurePython>>;
beforeAll(async () => {
  python = await ensurePython();
  if ('why' in python) console.warn(`results are not opened in Python here: ${python.why}`);
}, FIRST_RUN_MS);

const provenance: Provenance = {
  version: '1.2.3',
  started: new Date('2026-01-02T03:04:05Z'),
  ended: new Date('2026-01-02T03:05:05Z'),
  wallSeconds: 59.5,
  peers: [
    { name: 'one', engine: 'wasm', device: '2 threads', share: 0.25 },
    { name: 'two', engine: 'webgpu', device: 'a card', share: 0.75 },
  ],
};

async function openInPython(context: TestContext, job: Job, state: 'complete' | 'running'): Promise<Reading> {
  const here = python;
  if ('why' in here) return context.skip(here.why);
  const store = memoryStore();
  await (state === 'complete' ? storeResult(store, 'j', job, provenance) : startResult(store, 'j', job));
  return withFolder(store, async (folder) => {
    const script = await readFile(new URL('read_result.py', import.meta.url), 'utf8');
    return JSON.parse(await here.run(script, { folder, args: [resultKey('j')] }));
  });
}

/** Lays a store's objects in a folder, for as long as `work` takes. */
async function withFolder<T>(
  store: ReturnType<typeof memoryStore>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-result-'));
  try {
    for (const [key, bytes] of store.objects) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), bytes);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const steps = (job: Job) => Array.from({ length: job.steps }, (_, i) => i + 1);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const half = (cells: number) => range(0, cells).map((i) => i / 2);

/** The values of an output, nested as its dimensions are. */
function valuesOf({ box, steps: taken }: Output, state: string): unknown {
  const axes = range(0, 3).map((axis) => range(box.lo[axis] as number, box.hi[axis] as number));
  const nest = (step: number, cell: readonly number[]): unknown => {
    const axis = axes[cell.length];
    if (axis === undefined) return truth(state, step, cell as unknown as Triple);
    return axis.length === 1
      ? nest(step, [...cell, axis[0] as number])
      : axis.map((i) => nest(step, [...cell, i]));
  };
  return taken.map((step) => nest(step, []));
}

test.for([
  { how: 'each chunk an object', pack: false },
  { how: 'packed', pack: true },
])(
  'xarray opens volume, planes and probes: dimensions, coordinates, units and values ($how)',
  async ({ pack }, context) => {
    const job = sampleJob({ pack });
    const [volume, floor, wall, sheet] = job.outputs as [Output, Output, Output, Output];
    const { datasets } = await openInPython(context, job, 'complete');

    expect(datasets.volume).toMatchObject({
      sizes: { time: 2, z: 10, y: 12, x: 21 },
      attrs: { Conventions: 'CF-1.10', title: 'A sample' },
      coords: {
        time: { dims: ['time'], dtype: 'float64', attrs: { units: 'rs' }, values: [1.25, 2.5] },
        z: { dims: ['z'], attrs: { units: 'am' }, values: half(10) },
        y: { dims: ['y'], attrs: { units: 'am' }, values: half(12) },
        x: { dims: ['x'], attrs: { units: 'am' }, values: half(21) },
      },
      data: {
        'psi.L': {
          dims: ['time', 'z', 'y', 'x'],
          dtype: 'float32',
          attrs: { units: 'pm', long_name: 'Displacement ψ, component L' },
          values: valuesOf(volume, 'psi.L'),
        },
        'rms2.T': { attrs: { units: '(pm)^2' }, values: valuesOf(volume, 'rms2.T') },
      },
    });
    expect(datasets.floor).toMatchObject({
      sizes: { time: 5, y: 12, x: 21 },
      coords: { z: { dims: [], attrs: { units: 'am' }, values: 4.5 } },
      data: { 'psi.T': { dims: ['time', 'y', 'x'], values: valuesOf(floor, 'psi.T') } },
    });
    expect(datasets.wall).toMatchObject({
      sizes: { time: 1, z: 10, x: 21 },
      coords: { y: { dims: [], values: 1.5 } },
      data: { 'psi.L': { dims: ['time', 'z', 'x'], values: valuesOf(wall, 'psi.L') } },
    });
    expect(datasets['probes/sheet']).toMatchObject({
      sizes: { time: 3, z: 10, y: 12 },
      coords: {
        time: { dims: ['time'], attrs: { units: 'rs' }, values: [0.75, 1.5, 2.25] },
        z: { dims: ['z'], attrs: { units: 'am' }, values: half(10) },
        x: { dims: [], attrs: { units: 'am' }, values: 8.5 },
      },
      data: {
        'psi.T': {
          dims: ['time', 'z', 'y'],
          attrs: { units: 'pm' },
          values: valuesOf(sheet, 'psi.T'),
        },
      },
    });
    expect(datasets['probes/ear']).toMatchObject({
      sizes: { time: 10 },
      coords: {
        time: { attrs: { units: 'rs' }, values: steps(job).map((step) => step / 4) },
        z: { dims: [], values: 2.5 },
        y: { dims: [], values: 3 },
        x: { dims: [], values: 3.5 },
      },
      data: {
        'psi.L': {
          dims: ['time'],
          attrs: { units: 'pm' },
          values: steps(job).map((step) => truth('psi.L', step, [5, 6, 7])),
        },
        'rms2.T': { values: steps(job).map((step) => truth('rms2.T', step, [5, 6, 7])) },
      },
    });
  },
);

test('zarr finds the same in the consolidated metadata and in each array, and the root says how it came to be', async (context) => {
  const job = sampleJob();
  const { groups, tree, consolidated, root } = await openInPython(context, job, 'complete');
  expect(groups).toEqual(['floor', 'probes', 'probes/ear', 'probes/sheet', 'volume', 'wall']);
  expect(tree).toEqual(groups);
  expect(consolidated).toBe(true);
  expect(root).toMatchObject({
    Conventions: 'CF-1.10',
    state: 'complete',
    source: 'Groundswell 1.2.3',
    model: 'wave',
    model_wgsl: job.model.model.wgsl,
    dt: 0.25,
    dt_units: 'rs',
    steps: 10,
    started: '2026-01-02T03:04:05.000Z',
    ended: '2026-01-02T03:05:05.000Z',
    wall_seconds: 59.5,
  });
  expect(JSON.parse(root.job as string)).toEqual(job.file);
  expect(JSON.parse(root.peers as string)).toEqual(provenance.peers);
});

test('a plane grid has no z', async (context) => {
  const job = flatJob();
  const { datasets } = await openInPython(context, job, 'complete');
  expect(Object.keys(datasets.end?.coords ?? {}).sort()).toEqual(['time', 'x', 'y']);
  expect(datasets.end).toMatchObject({
    sizes: { time: 1, y: 12, x: 21 },
    data: { 'psi.L': { dims: ['time', 'y', 'x'], values: valuesOf(job.outputs[0] as Output, 'psi.L') } },
  });
});

test('a result that is still being computed opens, its missing values NaN', async (context) => {
  const { datasets, root } = await openInPython(context, flatJob(), 'running');
  expect(root.state).toBe('running');
  expect(datasets.end?.data['psi.L']?.values).toEqual([range(0, 12).map(() => range(0, 21).map(() => null))]);
  expect(datasets['probes/ear']?.data['psi.L']?.values).toEqual(range(0, 10).map(() => null));
});

test('xarray finds in a netCDF file what it finds in the result it was exported from, by netCDF and by HDF5', async (context) => {
  const here = python;
  if ('why' in here) return context.skip(here.why);
  const store = memoryStore();
  await storeResult(store, 'j', sampleJob(), provenance);
  await withFolder(store, async (folder) => {
    const result = await openResult(folderReader(join(folder, resultKey('j'))));
    const write = (file: string, what: object) =>
      exportResult(
        result,
        { format: 'netcdf', framesPerSecond: 1, file: join(folder, file), ...what },
        new AbortController().signal,
      );
    await write('all.nc', {});
    await write('wall.nc', { what: 'wall' });
    await write('ear.nc', { what: 'probes/ear/psi.L' });
    const script = await readFile(new URL('compare_netcdf.py', import.meta.url), 'utf8');
    const compared = await here.run(script, { folder, args: [resultKey('j')] });
    expect(compared.trim().split('\n')).toEqual([
      'netcdf4: floor, probes/ear, probes/sheet, volume, wall',
      'h5netcdf: floor, probes/ear, probes/sheet, volume, wall',
    ]);
  });
});
