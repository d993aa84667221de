import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { WorkgroupMemory } from '../../shaders/webgpu/workgroup-memory.js';

/** In the user's cache folder, by the XDG Base Directory Specification. */
export function workgroupFilePath(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: cache = '' } = env;
  return join(isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'groundswell', 'workgroups.json');
}

/** Remembers in a small file of JSON. Of peers that write at once, one is remembered; the other measures again. */
export function workgroupFile(path = workgroupFilePath()): WorkgroupMemory {
  return {
    get: async (key) => (await entriesOf(path))[key],
    set: async (key, value) => {
      const entries = { ...(await entriesOf(path)), [key]: value };
      const written = `${path}.${process.pid}`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(written, `${JSON.stringify(entries, null, 2)}\n`);
      await rename(written, path);
    },
  };
}

/** What the file says, as far as it can be understood. */
async function entriesOf(path: string): Promise<Record<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
