import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyFilePath, readOrMakeKey } from './key-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-key-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('a device makes one key, however many of its peers start at once, and keeps it to its user', async () => {
  const path = join(folder, 'state', 'key');
  const keys = await Promise.all(Array.from({ length: 8 }, () => readOrMakeKey(path)));
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readOrMakeKey(path)).toEqual(keys[0]);
  expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
});

it('a file that holds no key is said to be none, and is left as it is', async () => {
  const path = join(folder, 'broken');
  await writeFile(path, 'not a key');
  await expect(readOrMakeKey(path)).rejects.toThrow(/holds no key/);
  expect(await readFile(path, 'utf8')).toBe('not a key');
});

it('it lies in the state folder of its user', () => {
  expect(keyFilePath({ XDG_STATE_HOME: '/state' })).toBe('/state/groundswell/key');
});
