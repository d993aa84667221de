import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { resultKey } from '../../core/protocol/keys.js';
import { openResult } from '../export/stored-result.js';
import { folderStore } from '../store/folder.js';
import { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { markVetted, startResult } from './start.js';

const job = checkJob({
  name: 'marked',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 80, courant: 0.5 },
  parameters: { speed: 1 },
  outputs: { film: { fields: ['psi'], every: 10, plane: { z: 4 } } },
});

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-marks-'));
  store = await folderStore(folder, new UploadSigner(new Uint8Array(32)));
});
afterEach(() => rm(folder, { recursive: true }));

const result = () =>
  openResult({ location: 'here', get: (key, range) => store.get(`${resultKey('job')}/${key}`, range) });

test('a running result and each of its outputs say how far it has been vetted, and nothing else changes', async () => {
  await startResult(store, 'job', job);
  const before = await result();
  await markVetted(store, 'job', job, 30);
  await markVetted(store, 'job', job, 20);
  const { attributes, groups } = await result();
  expect(attributes).toEqual({ ...before.attributes, vetted_step: 20 });
  const film = groups.find(({ path }) => path === 'film');
  expect(film?.attributes).toEqual({ ...before.groups[0]?.attributes, state: 'running', vetted_step: 20 });
  expect(film?.states.map(({ attributes: own }) => own)).toEqual(
    before.groups[0]?.states.map(({ attributes: own }) => own),
  );
});
