import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workgroupFile, workgroupFilePath } from './workgroup-file.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-cache-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('lies in the cache folder of the user', () => {
  expect(workgroupFilePath({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/groundswell/workgroups.json');
  // Paths that are not absolute do not count, says the specification.
  expect(workgroupFilePath({ XDG_CACHE_HOME: 'caches' })).toMatch(/\.cache\/groundswell\/workgroups\.json$/);
});

it('remembers from one start to the next, and leaves nothing else behind', async () => {
  const path = join(folder, 'new', 'workgroups.json');
  expect(await workgroupFile(path).get('a card')).toBeUndefined();
  await workgroupFile(path).set('a card', '1,4,64,1');
  await workgroupFile(path).set('another', '1,8,32,8');
  expect(await workgroupFile(path).get('a card')).toBe('1,4,64,1');
  expect(await workgroupFile(path).get('another')).toBe('1,8,32,8');
  expect(await readdir(join(folder, 'new'))).toEqual(['workgroups.json']);
});

it.each(['', '{', '[]', 'null', '7', '{"a card": 7}'])(
  'takes %j for a file that says nothing',
  async (text) => {
    const path = join(folder, 'corrupt.json');
    await writeFile(path, text);
    expect(await workgroupFile(path).get('a card')).toBeUndefined();
    await workgroupFile(path).set('a card', '1,2,64,1');
    expect(await workgroupFile(path).get('a card')).toBe('1,2,64,1');
  },
);
