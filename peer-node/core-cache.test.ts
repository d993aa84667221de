import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coreCacheBytes } from './core-cache.js';

test('the second-level cache is read from where Linux describes caches', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-cache-'));
  const sizes = { '1': '48K', '2': '2048K', '3': '32768K' };
  for (const [level, size] of Object.entries(sizes)) {
    const cache = join(folder, `index${level}`);
    await mkdir(cache);
    await writeFile(join(cache, 'level'), `${level}\n`);
    await writeFile(join(cache, 'size'), `${size}\n`);
  }
  expect(coreCacheBytes(folder)).toBe(2 ** 21);
  await writeFile(join(folder, 'index2', 'size'), 'plenty\n');
  expect(coreCacheBytes(folder)).toBeUndefined();
  await rm(folder, { recursive: true });
  expect(coreCacheBytes(folder)).toBeUndefined();
});
