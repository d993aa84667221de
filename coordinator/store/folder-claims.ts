import { createHash } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A claim is needed for as long as it takes to read one small object. */
const STALE_AFTER_MS = 10_000;

/** A claim to follow one version of one object. */
export interface Claim {
  /** Gives the claim up. Only for a version that no longer is the object's, for then it has no worth. */
  drop(): Promise<void>;
}

/**
 * Claims, for the file `aside`, the right to take the place of `version` of `key`. Undefined where another has it.
 *
 * Files have no conditional rename, so the right is a file that only one can make, holding the name of the file that
 * is to be published. A claim older than its holder needs is overruled: its file is removed first, so that a holder
 * who was merely slow cannot publish any more, and the next claim in the row is made. Whatever the order, of all
 * files with a claim to one version at most one is still there to be renamed.
 */
export async function claim(aside: string, key: string, version: string): Promise<Claim | undefined> {
  const folder = dirname(aside);
  const name = createHash('sha256').update(`${key}\n${version}`).digest('hex');
  const note = `${aside}.claim`;
  await writeFile(note, basename(aside), { flag: 'wx' });
  try {
    for (let turn = 0; ; turn++) {
      const path = join(folder, `${name}.${turn}`);
      if (await linked(note, path)) return { drop: () => dropAll(folder, name, turn) };
      if (!(await isStale(path))) return undefined;
      const overruled = await readFile(path, 'utf8').catch(() => '');
      if (overruled !== '') await rm(join(folder, overruled), { force: true });
    }
  } finally {
    await rm(note, { force: true });
  }
}

async function dropAll(folder: string, name: string, last: number): Promise<void> {
  for (let turn = last; turn >= 0; turn--) await rm(join(folder, `${name}.${turn}`), { force: true });
}

function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function isStale(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => undefined);
  // One that has just been dropped belonged to a version that is no more.
  return file !== undefined && Date.now() - file.mtimeMs > STALE_AFTER_MS;
}
