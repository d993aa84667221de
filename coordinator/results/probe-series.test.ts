import { expect, test } from 'vitest';
import { ProtocolError } from '../../core/errors.js';
import type { Job } from '../../core/job/job.js';
import { probeArrayKey } from '../../core/protocol/keys.js';
import { decodeCells } from '../../core/result/cells.js';
import { timeChunk } from '../../core/result/time-chunk.js';
import type { Store } from '../store/store.js';
import { ProbeSeries } from './probe-series.js';
import { memoryStore, sampleJob } from './sample.fixture.js';

const samplesOf = (first: number, count: number, scale = 1) => ({
  probe: 0,
  first,
  values: Array.from({ length: count }, (_, i) => [(first + i) * scale, -(first + i) * scale]),
});

async function stored(store: Store, job: Job, state: string): Promise<number[]> {
  const chunk = timeChunk(job.steps);
  const all: number[] = [];
  for (let i = 0; i * chunk < job.steps; i++) {
    const bytes = await store.get(`${probeArrayKey('j', 'ear', state)}/c/${i}`);
    all.push(...(bytes ? await decodeCells(bytes, chunk) : new Float32Array(chunk).fill(Number.NaN)));
  }
  return all.slice(0, job.steps);
}

test('samples may come in any order and again after a rollback: the last of a step counts', async () => {
  const [store, job] = [memoryStore(), sampleJob()];
  const series = new ProbeSeries(store, 'j', job);
  await Promise.all([
    series.add(samplesOf(6, 5, 7)),
    series.add(samplesOf(1, 5)),
    series.add(samplesOf(6, 5)),
  ]);
  await series.flush();
  expect(await stored(store, job, 'psi.L')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await stored(store, job, 'rms2.T')).toEqual([-1, -2, -3, -4, -5, -6, -7, -8, -9, -10]);
});

test('steps that nobody has sent, and values that travelled as null, are NaN', async () => {
  const [store, job] = [memoryStore(), sampleJob()];
  const series = new ProbeSeries(store, 'j', job);
  await series.add({ probe: 0, first: 2, values: [[1, null]] });
  await series.flush();
  expect((await stored(store, job, 'psi.L')).slice(0, 3)).toEqual([Number.NaN, 1, Number.NaN]);
  expect((await stored(store, job, 'rms2.T'))[1]).toBeNaN();
});

test('a new coordinator goes on where the last one flushed, across chunks', async () => {
  const [store, job] = [memoryStore(), { ...sampleJob(), steps: 40_000 }];
  const before = new ProbeSeries(store, 'j', job);
  await before.add(samplesOf(1, 17_000));
  await before.flush();
  const after = new ProbeSeries(store, 'j', job);
  await after.add(samplesOf(16_000, 24_001));
  await after.flush();
  expect(await stored(store, job, 'psi.L')).toEqual(Array.from({ length: 40_000 }, (_, i) => i + 1));
});

test('many probes pass through little memory: what was put aside comes back for later steps', async () => {
  const probes = Array.from({ length: 700 }, (_, i) => ({
    name: i === 0 ? 'ear' : `ear${i}`,
    cell: [1, 1, 1] as const,
    states: ['psi.L', 'rms2.T'],
  }));
  const [store, job] = [memoryStore(), { ...sampleJob(), probes }];
  const series = new ProbeSeries(store, 'j', job);
  for (const first of [1, 6]) {
    for (let probe = 0; probe < 700; probe++) await series.add({ ...samplesOf(first, 5), probe });
  }
  expect(store.objects.size).toBeGreaterThan(300);
  await series.flush();
  expect(await stored(store, job, 'psi.L')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('samples of a probe, state or step that the job does not have are refused whole', async () => {
  const [store, job] = [memoryStore(), sampleJob()];
  const series = new ProbeSeries(store, 'j', job);
  await expect(series.add({ ...samplesOf(1, 1), probe: 1 })).rejects.toThrow(ProtocolError);
  await expect(series.add(samplesOf(0, 1))).rejects.toThrow(ProtocolError);
  await expect(series.add(samplesOf(8, 4))).rejects.toThrow(ProtocolError);
  await expect(series.add({ probe: 0, first: 1, values: [[1, 2], [1]] })).rejects.toThrow(ProtocolError);
  await series.flush();
  expect(store.objects.size).toBe(0);
});
