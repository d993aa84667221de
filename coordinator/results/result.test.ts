import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import type { Output } from '../../core/job/job.js';
import { finishResult, type Provenance } from './finish.js';
import { ProbeSeries } from './probe-series.js';
import { flatJob, memoryStore, sampleJob, storeOutputs, truth } from './sample.fixture.js';
import { readSlice } from './slice.js';
import { startResult } from './start.js';

const provenance: Provenance = {
  version: '0.0.0',
  started: new Date(0),
  ended: new Date(5000),
  wallSeconds: 4,
  peers: [{ name: 'one', engine: 'wasm', device: '2 threads', share: 1 }],
};

const rootOf = async (store: ReturnType<typeof memoryStore>) =>
  JSON.parse(new TextDecoder().decode(await store.get('jobs/j/result.zarr/zarr.json')));

test('a slice read back is what the peers stored: a volume at its centre, a plane as it is', async () => {
  const [store, job] = [memoryStore(), sampleJob()];
  await startResult(store, 'j', job);
  await storeOutputs(store, 'j', job);
  const [volume, floor] = job.outputs as [Output, Output];
  const centre = await readSlice(store, 'j', volume, 'rms2.T', 1);
  expect([centre.height, centre.width]).toEqual([12, 21]);
  expect(centre.values[3 * 21 + 17]).toBe(truth('rms2.T', 10, [5, 3, 17]));
  const plane = await readSlice(store, 'j', floor, 'psi.T', 2);
  expect(plane.values[11 * 21 + 20]).toBe(truth('psi.T', 6, [9, 11, 20]));
});

test('what no peer has stored yet reads as NaN, not as a field at rest', async () => {
  const [store, job] = [memoryStore(), sampleJob()];
  await startResult(store, 'j', job);
  const { values } = await readSlice(store, 'j', job.outputs[0] as Output, 'psi.L', 0);
  expect(values.every(Number.isNaN)).toBe(true);
  expect((await rootOf(store)).attributes.state).toBe('running');
});

test('a finished result says how it came to be, and has a picture of the last slice', async () => {
  const [store, job] = [memoryStore(), flatJob()];
  await startResult(store, 'j', job);
  await storeOutputs(store, 'j', job);
  await finishResult(store, 'j', job, { probes: new ProbeSeries(store, 'j', job), provenance });
  const { attributes } = await rootOf(store);
  expect(attributes).toMatchObject({ state: 'complete', Conventions: 'CF-1.10', wall_seconds: 4, steps: 10 });
  expect(JSON.parse(attributes.job)).toEqual(job.file);
  const png = PNG.sync.read(Buffer.from((await store.get('jobs/j/last.png')) as Uint8Array));
  expect([png.width, png.height]).toEqual([273, 156]);
});

test('starting a result again, as a restarted coordinator does, changes nothing', async () => {
  const [store, job] = [memoryStore(), sampleJob()];
  await startResult(store, 'j', job);
  const before = new Map(store.objects);
  await startResult(store, 'j', job);
  expect(store.objects).toEqual(before);
});
