import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TakenOverError } from '../../core/errors.js';
import { checkJob } from '../../core/job/check.js';
import { checkpointPrefix, sealKey, sealPrefix } from '../../core/protocol/keys.js';
import { folderStore } from '../store/folder.js';
import { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { Checkpoints } from './checkpoints.js';

/** Two bricks. */
const job = checkJob({
  name: 'sealed',
  model: 'wave',
  grid: { shape: [16, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
});

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-seals-'));
  store = await folderStore(folder, new UploadSigner(new Uint8Array(32)));
});

afterEach(() => rm(folder, { recursive: true }));

async function opened(term: number): Promise<Checkpoints> {
  const checkpoints = new Checkpoints(store, 'job', job, term);
  await checkpoints.open();
  return checkpoints;
}

async function under(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key.slice(prefix.length));
  return keys;
}

const brick = (key: string) => store.put(`${checkpointPrefix('job')}${key}`, new Uint8Array(1));

test('whoever opens a job goes on from the newest seal, and whoever had it before seals no more', async () => {
  const first = await opened(1);
  await first.seal(8, '8-1-1', ['8-1-1', null]);
  const second = await opened(2);
  expect(second.newest).toMatchObject({ step: 8, name: '8-1-1', places: ['8-1-1', null] });
  await expect(first.seal(16, '16-1-1', ['16-1-1', null])).rejects.toThrow(TakenOverError);
  await second.seal(16, '16-2-1', ['16-2-1', '16-2-1']);
  expect((await opened(3)).newest?.name).toBe('16-2-1');
});

test('the same holds before anything is sealed, and for the end', async () => {
  const first = await opened(1);
  const second = await opened(2);
  await expect(first.seal(8, '8-1-1', [null, null])).rejects.toThrow(TakenOverError);
  await expect(first.sealEnd()).rejects.toThrow(TakenOverError);
  await second.sealEnd();
  expect((await opened(3)).isFinal).toBe(true);
});

test('of many that open and seal at once, each in its term, no two seal the same number', async () => {
  const numbers: number[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const checkpoints = new Checkpoints(store, 'job', job, i + 1);
      try {
        await checkpoints.open();
        for (let step = 8; step <= 40; step += 8) {
          const { seal } = await checkpoints.seal(step, `${step}-${i + 1}-1`, [null, null]);
          numbers.push(seal);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(TakenOverError);
      }
    }),
  );
  expect(numbers.length).toBeGreaterThanOrEqual(5);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('a coordinator that slept while another sealed and removed many checkpoints seals none of their numbers', async () => {
  const sleeper = await opened(1);
  await sleeper.seal(8, '8-1-1', [null, null]);
  const other = await opened(2);
  for (let step = 16; step <= 80; step += 8) await other.seal(step, `${step}-2-1`, [null, null]);
  await expect(sleeper.seal(16, '16-1-1', [null, null])).rejects.toThrow(TakenOverError);
  await expect(sleeper.sealEnd()).rejects.toThrow(TakenOverError);
});

test('one whose term is over does not take a job back', async () => {
  await opened(2);
  await expect(opened(1)).rejects.toThrow(TakenOverError);
});

test('bricks that a kept checkpoint shares with older ones stay, and all others go', async () => {
  const checkpoints = await opened(1);
  await brick('8-1-1/0/0/0');
  await brick('8-1-1/1/0/0');
  await checkpoints.seal(8, '8-1-1', ['8-1-1', '8-1-1']);
  await brick('16-1-1/0/0/0');
  await checkpoints.seal(16, '16-1-1', ['16-1-1', '8-1-1']);
  await brick('24-1-1/0/0/0');
  await checkpoints.seal(24, '24-1-1', ['24-1-1', '8-1-1']);
  expect(await under(checkpointPrefix('job'))).toEqual(['16-1-1/0/0/0', '24-1-1/0/0/0', '8-1-1/1/0/0']);
  expect(await under(sealPrefix('job'))).toContain(sealKey('job', 4).slice(sealPrefix('job').length));
  await checkpoints.sealEnd();
  await checkpoints.removeStates();
  await checkpoints.removeSeals();
  expect(await under('jobs/')).toEqual([]);
});

test('a coordinator that dies as it removes the states of a finished job leaves the end sealed, and the next one finishes', async () => {
  const checkpoints = await opened(1);
  await brick('8-1-1/0/0/0');
  await checkpoints.seal(8, '8-1-1', ['8-1-1', null]);
  await checkpoints.sealEnd();
  await checkpoints.removeStates();
  const next = await opened(2);
  expect(next.isFinal).toBe(true);
  await next.removeStates();
  await next.removeSeals();
  expect(await under('jobs/')).toEqual([]);
});

test('what was stored and never sealed is removed when the job is opened again', async () => {
  const checkpoints = await opened(1);
  await brick('8-1-1/0/0/0');
  await checkpoints.seal(8, '8-1-1', ['8-1-1', null]);
  await brick('16-1-1/0/0/0');
  await brick('16-1-1/1/0/0');
  await opened(2);
  expect(await under(checkpointPrefix('job'))).toEqual(['8-1-1/0/0/0']);
});
