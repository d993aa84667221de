import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '../../core/errors.js';
import { trustKey } from '../../core/protocol/keys.js';
import { folderStore } from '../store/folder.js';
import { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { Archive, type Remembered } from './archive.js';

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-archive-'));
  store = await folderStore(folder, new UploadSigner(new Uint8Array(32)));
});
afterEach(() => rm(folder, { recursive: true }));

const archive = (term: number) => new Archive({ store, room: 'main', term, log: () => {} });

const known = (key: string, cellUpdates: number): Remembered => ({
  reputation: { keys: [[key, 'quarantined']], owners: [['home', 3]] },
  credit: { version: 1, credits: [{ key, owner: 'home', cellUpdates }] },
});

test('what one coordinator kept the next one knows; of what is kept in a row the last', async () => {
  const first = archive(1);
  expect(await first.open()).toBeUndefined();
  for (const updates of [1, 2, 3]) first.keep(known('liar', updates));
  await first.close();
  expect(await archive(2).open()).toMatchObject(known('liar', 3));
});

test('a coordinator that has been taken over changes nothing any more', async () => {
  const [first, second] = [archive(1), archive(2)];
  await first.open();
  first.keep(known('liar', 1));
  await first.close();
  await second.open();
  first.keep(known('nobody', 9));
  await first.close();
  second.keep(known('liar', 2));
  await second.close();
  expect(await archive(3).open()).toMatchObject(known('liar', 2));
});

test('what was written before the takeover was seen is replaced by who took over', async () => {
  const [first, second] = [archive(1), archive(2)];
  await first.open();
  await second.open();
  first.keep(known('liar', 1));
  await first.close();
  second.keep(known('liar', 2));
  await second.close();
  expect(await archive(3).open()).toMatchObject(known('liar', 2));
});

test('an object that no coordinator kept is named, with what to do', async () => {
  await store.put(trustKey('main'), new TextEncoder().encode('{}'));
  await expect(archive(1).open()).rejects.toThrow(StoreError);
});
