import { expect, test } from 'vitest';
import { resultWriter } from '../results/result-writer.js';
import { memoryStore, sampleJob } from '../results/sample.fixture.js';
import { recordProbes } from './record-probes.js';

const job = sampleJob();
const ear = { probe: 0, first: 1, values: [[1, 2]] };
const elsewhere = { ...ear, probe: 7 };

test('who tells of a probe that the job does not have is dismissed, and the run goes on', async () => {
  const result = resultWriter(memoryStore(), 'sample-1', job, 'test');
  const dismissed: string[] = [];
  const member = { dismiss: (code: string) => dismissed.push(code) };
  await recordProbes(result, member, [ear]);
  expect(dismissed).toEqual([]);
  await recordProbes(result, member, [elsewhere]);
  await recordProbes(result, undefined, [elsewhere]);
  expect(dismissed).toEqual(['protocol']);
});
