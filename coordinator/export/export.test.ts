import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExportError } from '../../core/errors.js';
import type { Job } from '../../core/job/job.js';
import { resultKey } from '../../core/protocol/keys.js';
import { flatJob, memoryStore, sampleJob, storeResult, truth } from '../results/sample.fixture.js';
import { startResult } from '../results/start.js';
import { type ExportRequest, exportResult } from './export.js';
import { openResult, type StoredResult } from './stored-result.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function resultOf(job: Job, state: 'running' | 'complete' = 'complete'): Promise<StoredResult> {
  const store = memoryStore();
  await (state === 'complete' ? storeResult(store, 'j', job) : startResult(store, 'j', job));
  const location = 'memory';
  return openResult({ location, get: (key, range) => store.get(`${resultKey('j')}/${key}`, range) });
}

async function write(result: StoredResult, request: Partial<ExportRequest> & Pick<ExportRequest, 'format'>) {
  const file = join(folder, 'file');
  const report = await exportResult(
    result,
    { file, framesPerSecond: 10, ...request },
    new AbortController().signal,
  );
  const bytes = await readFile(file);
  expect(report).toMatchObject({ file, bytes: bytes.length });
  return { report, bytes };
}

/** The numbers of a .npy file of f32, and what its header says of their shape. */
function npy(bytes: Buffer): { shape: string | undefined; values: Float32Array } {
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const shape = /'shape': \((.*?)\)/.exec(bytes.toString('latin1', 10, start))?.[1];
  return { shape, values: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start)) };
}

const psi = (step: number, z: number, y: number, x: number) => truth('psi.L', step, [z, y, x]);

test('a volume becomes a .npy of all its snapshots, or of one', async () => {
  const result = await resultOf(sampleJob());
  const all = await write(result, { format: 'npy', what: 'volume/psi.L' });
  const { shape, values } = npy(all.bytes);
  expect(shape).toBe('2, 10, 12, 21');
  const at = (t: number, z: number, y: number, x: number) => values[((t * 10 + z) * 12 + y) * 21 + x];
  expect([at(0, 0, 0, 0), at(0, 9, 11, 20), at(1, 8, 3, 17)]).toEqual([
    psi(5, 0, 0, 0),
    psi(5, 9, 11, 20),
    psi(10, 8, 3, 17),
  ]);
  expect(all.report).toMatchObject({ state: 'complete', values: 5040, missing: 0, arrays: ['volume/psi.L'] });
  const last = npy((await write(result, { format: 'npy', what: 'volume/psi.L', snapshot: -1 })).bytes);
  expect(last.shape).toBe('10, 12, 21');
  expect(last.values).toEqual(values.slice(2520));
});

test('a packed result is exported like any other, still brick by brick', async () => {
  const [loose, packed] = [await resultOf(sampleJob()), await resultOf(sampleJob({ pack: true }))];
  const request = { format: 'npy', what: 'volume/psi.L' } as const;
  expect((await write(packed, request)).bytes).toEqual((await write(loose, request)).bytes);
  const chunks = packed.groups.flatMap(({ states }) => states.map(({ chunk }) => chunk));
  expect(chunks).toContainEqual([1, 8, 8, 8]);
});

test('a probe becomes a series', async () => {
  const { bytes } = await write(await resultOf(flatJob()), { format: 'npy', what: 'probes/ear' });
  const { shape, values } = npy(bytes);
  expect(shape).toBe('10,');
  expect([...values]).toEqual(Array.from({ length: 10 }, (_, i) => psi(i + 1, 0, 6, 7)));
});

test('a picture is the plane where a volume is cut, or a plane as it is', async () => {
  const result = await resultOf(sampleJob());
  const size = async (request: Partial<ExportRequest>) => {
    const { width, height } = PNG.sync.read((await write(result, { format: 'png', ...request })).bytes);
    return [width / 13, height / 13];
  };
  expect(await size({ what: 'volume/psi.L' })).toEqual([21, 12]);
  expect(await size({ what: 'volume/psi.L', cut: { axis: 'y', index: 11 } })).toEqual([21, 10]);
  expect(await size({ what: 'floor' })).toEqual([21, 12]);
});

test('a film is an MP4 with a frame for each snapshot', async () => {
  const { bytes, report } = await write(await resultOf(sampleJob()), { format: 'mp4', what: 'floor' });
  expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
  expect(report.values).toBe(5 * 12 * 21);
});

test('what is missing is counted, and is NaN', async () => {
  const result = await resultOf(flatJob(), 'running');
  const { bytes, report } = await write(result, { format: 'npy', what: 'end' });
  expect(report).toMatchObject({ state: 'running', values: 252, missing: 252 });
  expect(npy(bytes).values.every(Number.isNaN)).toBe(true);
});

test.each<[Partial<ExportRequest> & Pick<ExportRequest, 'format'>, RegExp]>([
  [{ format: 'npy' }, /holds one array: name one of volume\/psi\.L, .*floor\/psi\.T/],
  [{ format: 'npy', what: 'volume' }, /no single array volume: name one of/],
  [{ format: 'netcdf', what: 'none' }, /no single array none/],
  [{ format: 'png', what: 'probes/ear/psi.L' }, /is a series in time and has no plane/],
  [{ format: 'png', what: 'floor', cut: { axis: 'z', index: 0 } }, /has no axis z .* it has y, x/],
  [
    { format: 'png', what: 'volume/psi.L', cut: { axis: 'z', index: 10 } },
    /no cell 10 along z: it has 0 to 9/,
  ],
  [{ format: 'png', what: 'floor', snapshot: 5 }, /no snapshot 5: it has 0 to 4/],
  [{ format: 'netcdf', file: '/dev/null/file' }, /^\/dev\/null\/file cannot be written \(.*\): give another/],
])('%j is refused, and says what would be right', async (request, why) => {
  const result = await resultOf(sampleJob());
  await expect(write(result, request)).rejects.toThrow(ExportError);
  await expect(write(result, request)).rejects.toThrow(why);
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('an export that is ended leaves what was there before', async () => {
  const result = await resultOf(sampleJob());
  const { bytes } = await write(result, { format: 'netcdf' });
  const ending = exportResult(
    result,
    { format: 'netcdf', file: join(folder, 'file'), framesPerSecond: 1 },
    AbortSignal.abort(),
  );
  await expect(ending).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['file']);
  expect(await readFile(join(folder, 'file'))).toEqual(bytes);
});

test('where no result is, that is said', async () => {
  await expect(openResult({ location: 'here', get: async () => undefined })).rejects.toThrow(
    /^there is no result at here: give/,
  );
  const other = new TextEncoder().encode('{"zarr_format": 2}');
  await expect(openResult({ location: 'here', get: async () => other })).rejects.toThrow(ExportError);
});
