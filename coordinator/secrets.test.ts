import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '../core/errors.js';
import { openSecrets } from './secrets.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('of many that start in one folder at once, one makes the token for all', async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => openSecrets(folder)));
  expect(new Set(opened.map(({ token }) => token)).size).toBe(1);
  expect(opened.filter(({ tokenIsNew }) => tokenIsNew)).toHaveLength(1);
  expect((await readdir(folder)).sort()).toEqual(['secret', 'token']);
});

test('a full disk is said in one line, and leaves no half of a token', async (context) => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', folder], { stdio: 'ignore' });
  } catch {
    // Only root may, and not in every container.
    return context.skip('no disk can be mounted here');
  }
  try {
    const ballast = join(folder, 'ballast');
    await expect(writeFile(ballast, new Uint8Array(64 * 1024))).rejects.toThrow(/ENOSPC/);
    const opening = openSecrets(folder);
    await expect(opening).rejects.toThrow(StoreError);
    await expect(opening).rejects.toThrow(
      /^the folder [^\n]* ENOSPC: [^\n]*; make room there, or choose [^\n]*$/,
    );
    await rm(ballast);
    expect((await openSecrets(folder)).tokenIsNew).toBe(true);
  } finally {
    execFileSync('umount', [folder]);
  }
});

test('a file that holds no secret is named, and stays as it is', async () => {
  await writeFile(join(folder, 'token'), 'mine\n');
  await expect(openSecrets(folder)).rejects.toThrow(/token holds no secret of 32 bytes; remove it/);
});
