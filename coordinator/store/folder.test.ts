import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../core/errors.js';
import { folderStore } from './folder.js';
import { claim } from './folder-claims.js';
import { UploadSigner } from './signer.js';
import type { Versioned } from './store.js';
import { storeCompliance } from './store.suite.js';

const signer = new UploadSigner(new Uint8Array(32));
let base: string;
let made = 0;
const newFolder = () => join(base, `store-${made++}`);

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'groundswell-store-'));
});
afterAll(() => rm(base, { recursive: true }));

/** Runs `work` on a small disk of its own. Only root may mount one, and not in every container. */
async function onDisk(options: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = newFolder();
  await mkdir(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder], { stdio: 'ignore' });
  try {
    await work(folder);
  } finally {
    execFileSync('umount', [folder]);
  }
}

const mayMount = await mkdtemp(join(tmpdir(), 'groundswell-mount-')).then(async (folder) => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true });
  }
});

storeCompliance('A folder', () => folderStore(newFolder(), signer));

describe('A folder store', () => {
  it('sweeps what a killed process left half-written, but not what another is writing', async () => {
    const folder = newFolder();
    await folderStore(folder, signer);
    const [left, young] = ['left', 'young'].map((name) => join(folder, '~unfinished', name)) as [
      string,
      string,
    ];
    await writeFile(left, 'half');
    await utimes(left, new Date(0), new Date(0));
    await writeFile(young, 'half');
    const store = await folderStore(folder, signer);
    expect(await readdir(join(folder, '~unfinished'))).toEqual(['young']);
    for await (const key of store.list('')) expect.unreachable(key);
  });

  it('leaves nothing aside once an object is written or refused', async () => {
    const folder = newFolder();
    const store = await folderStore(folder, signer);
    await store.put('a', new Uint8Array(8));
    await store.create('a', new Uint8Array(8));
    await expect(store.put('a/b', new Uint8Array(8))).rejects.toThrow(StoreError);
    expect(await readdir(join(folder, '~unfinished'))).toEqual([]);
  });

  it('overrules a claim to replace that a killed process left, and only then', async () => {
    const folder = newFolder();
    const unfinished = join(folder, '~unfinished');
    const store = await folderStore(folder, signer);
    await store.create('lease', new Uint8Array(1));
    const { version } = (await store.getVersioned('lease')) as Versioned;
    await writeFile(join(unfinished, 'aside'), 'of the killed');
    await claim(join(unfinished, 'aside'), 'lease', version);
    expect(await store.replace('lease', new Uint8Array(2), version)).toBeUndefined();
    for (const name of await readdir(unfinished)) await utimes(join(unfinished, name), 0, 0);
    expect(await store.replace('lease', new Uint8Array(2), version)).toBeDefined();
    expect(await readdir(unfinished)).toEqual([]);
    expect(await store.get('lease')).toHaveLength(2);
  });

  it('says in one line which folder fails and what to do', async () => {
    const file = newFolder();
    await writeFile(file, '');
    await expect(folderStore(file, signer)).rejects.toThrow(
      new RegExp(`^the folder ${file} has .*choose [^\n]*$`),
    );
  });

  it('names the fix where an object’s key continues another’s', async () => {
    const store = await folderStore(newFolder(), signer);
    await store.put('a', new Uint8Array(1));
    await expect(store.put('a/b', new Uint8Array(1))).rejects.toThrow(/has a file where a folder is needed/);
    await store.put('c/d', new Uint8Array(1));
    await expect(store.put('c', new Uint8Array(1))).rejects.toThrow(
      /choose a key that other keys do not continue/,
    );
  });

  it.skipIf(!mayMount)('says that the disk is full, and keeps what was there', async () => {
    await onDisk('size=64k', async (folder) => {
      const store = await folderStore(folder, signer);
      await store.put('k', new Uint8Array(1000));
      await expect(store.put('k', new Uint8Array(200_000))).rejects.toThrow(
        `the folder ${folder} is on a full disk: free some space, or choose a folder on another disk`,
      );
      expect(await store.get('k')).toHaveLength(1000);
      await store.put('other', new Uint8Array(1000));
    });
  });

  it.skipIf(!mayMount)('says that the disk is read-only', async () => {
    await onDisk('size=64k,ro', async (folder) => {
      await expect(folderStore(folder, signer)).rejects.toThrow(
        `the folder ${folder} is read-only: choose a folder on a writable disk`,
      );
    });
  });
});
