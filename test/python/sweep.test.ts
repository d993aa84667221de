import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportResult } from '../../coordinator/export/export.js';
import { openResult } from '../../coordinator/export/stored-result.js';
import { folderReader } from '../../coordinator/store/folder.js';
import { checkJob } from '../../core/job/check.js';
import { checkSweep, memberOf } from '../../core/job/sweep.js';
import { resultKey } from '../../core/protocol/keys.js';
import { Fleet, type Result } from '../fleet.js';
import { ensurePython, FIRST_RUN_MS } from './python.js';

/** What `read_sweep.py` prints of one group. */
interface Dataset {
  readonly sizes: Readonly<Record<string, number>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly coords: Readonly<Record<string, Variable>>;
  readonly data: Readonly<Record<string, Variable>>;
}
interface Variable {
  readonly dims: readonly string[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly bits: string;
}

/** The time step follows from the speed; the ear moves with `place`, and the edge is no number. */
const file = {
  name: 'pond',
  title: 'A pond',
  model: 'wave',
  grid: { shape: [12, 16], spacing: 0.5 },
  time: { steps: 20 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  probes: { ear: { at: { y: 5, x: 7 }, fields: ['psi'] } },
  outputs: { film: { fields: ['psi'], every: 10 } },
  sweep: {
    speed: { field: 'parameters.speed', values: [1, 2] },
    edge: { field: 'boundary', values: ['dirichlet', 'periodic'] },
    place: { field: 'probes.ear.at.x', values: [3, 7, 9] },
  },
};

let python: Awaited<ReturnType<typeof ensurePython>>;
let folder: string;
let fleet: Fleet;
beforeAll(async () => {
  python = await ensurePython();
  folder = await mkdtemp(join(tmpdir(), 'groundswell-sweep-'));
  fleet = await Fleet.start({ folder });
}, FIRST_RUN_MS);
afterAll(async () => {
  await fleet.close();
  await rm(folder, { recursive: true, force: true });
});

test('xarray opens a sweep: axes as leading dimensions with coordinates, each member the job alone, bit for bit', async (context) => {
  const here = python;
  if ('why' in here) return context.skip(here.why);
  await fleet.join();
  const { id } = await fleet.run(file as never);
  const stored = await openResult(folderReader(join(folder, 'store', resultKey(id))));
  const exported = { format: 'netcdf', framesPerSecond: 1, file: join(folder, 'store', 'all.nc') } as const;
  await exportResult(stored, exported, new AbortController().signal);
  const script = await readFile(new URL('read_sweep.py', import.meta.url), 'utf8');
  const printed = await here.run(script, {
    folder: join(folder, 'store'),
    args: [resultKey(id), 'film', 'probes/ear'],
  });
  const read = JSON.parse(printed) as Readonly<Record<string, Dataset>>;
  const [root, film, ear] = [read[''] as Dataset, read.film as Dataset, read['probes/ear'] as Dataset];

  expect(root).toMatchObject({
    sizes: { speed: 2, edge: 2, place: 3 },
    attrs: { title: 'A pond', state: 'complete', members: 12, members_failed: 0 },
  });
  expect(numbers(root.data.status)).toEqual(new Array(12).fill(1));
  expect(film).toMatchObject({
    sizes: { speed: 2, edge: 2, place: 3, step: 2, y: 12, x: 16 },
    coords: {
      speed: { dims: ['speed'], attrs: { units: 'm/s', long_name: 'parameters.speed' } },
      edge: { dims: ['edge'], attrs: { values: '["dirichlet","periodic"]' } },
      // The largest stable step is half as long at twice the speed.
      time: { dims: ['speed', 'step'], attrs: { units: 's' } },
      y: { dims: ['y'], attrs: { units: 'm' } },
    },
    data: { psi: { dims: ['speed', 'edge', 'place', 'step', 'y', 'x'] } },
  });
  expect(ear).toMatchObject({
    coords: { x: { dims: ['place'] }, y: { dims: [] } },
    data: { psi: { dims: ['speed', 'edge', 'place', 'step'] } },
  });
  expect(numbers(film.coords.speed)).toEqual([1, 2]);
  expect(numbers(ear.coords.x)).toEqual([1.5, 3.5, 4.5]);

  const sweep = checkSweep(file);
  const times = numbers(film.coords.time);
  for (const index of [0, 4, 11]) {
    const member = memberOf(sweep, file, index).file;
    const { dt } = checkJob(member);
    const first = 2 * Math.floor(index / 6);
    expect(times.slice(first, first + 2)).toEqual([10 * dt, 20 * dt]);
    const alone: Result = await fleet.run(member as never);
    expect(slab(film.data.psi, index)).toBe(hex(await alone.output('film', 'psi')));
    expect(slab(ear.data.psi, index)).toBe(hex(await alone.probe('ear', 'psi')));
  }
});

const numbers = (variable: Variable | undefined): number[] => {
  const bytes = Buffer.from(variable?.bits ?? '', 'hex');
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
};

/** The bytes of one member of the twelve. */
function slab({ bits }: Variable = { dims: [], attrs: {}, bits: '' }, index: number): string {
  const length = bits.length / 12;
  return bits.slice(index * length, (index + 1) * length);
}

const hex = (values: Float32Array) => Buffer.from(values.slice().buffer).toString('hex');
