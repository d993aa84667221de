import { expect, test } from 'vitest';
import * as zarr from 'zarrita';
import { StoreError } from '../../core/errors.js';
import type { Output } from '../../core/job/job.js';
import { outputArrayKey, outputChunkKey, outputPackKey } from '../../core/protocol/keys.js';
import { packOutput } from './pack.js';
import { chunksPerObject } from './pack-shape.js';
import { memoryStore, sampleJob, storeOutputs, storeResult, truth } from './sample.fixture.js';
import { decodeIndex, encodeIndex } from './shard-index.js';
import { startResult, writeDocuments } from './start.js';
import { zarrStore } from './zarr-store.js';

type Objects = ReturnType<typeof memoryStore>;

const keysOf = (store: Objects, output: string, state: string) =>
  [...store.objects.keys()]
    .filter((key) => key.startsWith(`${outputArrayKey('j', output, state)}/`) && !key.endsWith('zarr.json'))
    .map((key) => key.slice(outputArrayKey('j', output, state).length + 1));

async function valuesOf(store: Objects, output: string, state: string): Promise<Float32Array> {
  const location = zarr.root(zarrStore(store, outputArrayKey('j', output, state)));
  const array = await zarr.open.v3(location, { kind: 'array' });
  if (!array.is('float32')) throw new TypeError('not f32');
  return (await zarr.get(array)).data;
}

test('a packed result holds what one of loose chunks holds, in one object a state', async () => {
  const [loose, packed] = [memoryStore(), memoryStore()];
  await storeResult(loose, 'j', sampleJob());
  await storeResult(packed, 'j', sampleJob({ pack: true }));
  for (const [output, state] of [
    ['volume', 'psi.L'],
    ['volume', 'rms2.T'],
    ['floor', 'psi.T'],
    ['wall', 'psi.L'],
  ] as const) {
    expect(await valuesOf(packed, output, state)).toEqual(await valuesOf(loose, output, state));
  }
  expect(keysOf(loose, 'volume', 'psi.L')).toHaveLength(24);
  expect(keysOf(packed, 'volume', 'psi.L')).toEqual(['0.0.0.0']);
  expect(keysOf(packed, 'floor', 'psi.T')).toEqual(['0.0.0']);
  // This one was not to be packed.
  expect(keysOf(packed, 'wall', 'psi.L')).toHaveLength(6);
  expect(packed.objects.get('jobs/j/last.png')).toEqual(loose.objects.get('jobs/j/last.png'));
});

test('a run that goes back and ends again finds in the objects what is no longer there as a chunk', async () => {
  const [store, job] = [memoryStore(), sampleJob({ pack: true })];
  await storeResult(store, 'j', job);
  const whole = new Map(store.objects);
  const [volume] = job.outputs as [Output];
  // The coordinator died here, and of what the peers have stored again the last snapshot alone came after the checkpoint.
  await startResult(store, 'j', job);
  await storeOutputs(store, 'j', { ...job, outputs: [volume] });
  for (const key of keysOf(store, 'volume', 'psi.L')) {
    if (key.startsWith('c/0/')) store.objects.delete(`${outputArrayKey('j', 'volume', 'psi.L')}/${key}`);
  }
  await packOutput(store, 'j', job, volume);
  const key = outputPackKey('j', 'volume', 'psi.L', [0, 0, 0, 0]);
  expect(store.objects.get(key)).toEqual(whole.get(key));
});

test('a chunk that nobody stored stays missing, and so does an object of such chunks', async () => {
  const [store, job] = [memoryStore(), sampleJob({ pack: true })];
  await startResult(store, 'j', job);
  await storeOutputs(store, 'j', { ...job, outputs: job.outputs.filter(({ name }) => name === 'volume') });
  store.objects.delete(outputChunkKey('j', 'volume', 'psi.L', 0, [0, 0, 0]));
  for (const output of job.outputs.filter(({ packed }) => packed)) await packOutput(store, 'j', job, output);
  await writeDocuments(store, 'j', job, { state: 'running' }, 'packed');
  const values = await valuesOf(store, 'volume', 'psi.L');
  expect(values[0]).toBeNaN();
  expect(values.filter(Number.isNaN)).toHaveLength(512);
  expect(values.at(-1)).toBe(truth('psi.L', 10, [9, 11, 20]));
  expect(keysOf(store, 'floor', 'psi.T')).toEqual([]);
});

test('an object takes whole rows, then planes, then snapshots, up to 32 MiB', () => {
  expect(chunksPerObject({ shape: [5, 12, 21], chunk: [1, 8, 8] })).toEqual([5, 2, 3]);
  expect(chunksPerObject({ shape: [9, 256, 256, 256], chunk: [1, 64, 64, 64] })).toEqual([1, 2, 4, 4]);
  expect(chunksPerObject({ shape: [9, 1024, 1024, 1024], chunk: [1, 64, 64, 64] })).toEqual([1, 1, 2, 16]);
  expect(chunksPerObject({ shape: [9, 512, 512, 512], chunk: [1, 256, 256, 256] })).toEqual([1, 1, 1, 1]);
  expect(chunksPerObject({ shape: [1000, 512, 512], chunk: [1, 64, 64] })).toEqual([32, 8, 8]);
});

test('an index comes back, and a torn one is refused', () => {
  const places = [{ from: 0, length: 7 }, undefined, { from: 7, length: 2 ** 33 }];
  const bytes = encodeIndex(places);
  expect(decodeIndex(bytes, 3)).toEqual(places);
  expect(() => decodeIndex(bytes, 2)).toThrow(StoreError);
  bytes[3] = 1;
  expect(() => decodeIndex(bytes, 3)).toThrow(StoreError);
});
