import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StoreError } from '../../core/errors.js';
import { checkRange, checkUploadLength } from './checks.js';
import { claim } from './folder-claims.js';
import { checkKey, checkPrefix, isKeyPart } from './key.js';
import type { UploadSigner } from './signer.js';
import type { ByteRange, Store } from './store.js';

/** No key has a `~`, so nothing in here can be mistaken for an object. */
const UNFINISHED = '~unfinished';

/** Writing the largest object to the slowest disk takes minutes. */
const ABANDONED_AFTER_MS = 60 * 60_000;

/**
 * The store on a folder of this machine. One object is one file; it appears whole, by rename or link.
 * Unlike S3, a folder cannot hold both `a` and `a/b`: the later one is refused.
 * @throws StoreError where the folder cannot be made or written.
 */
export async function folderStore(folder: string, signer: UploadSigner): Promise<Store> {
  const root = resolve(folder);
  const unfinished = join(root, UNFINISHED);
  await explained(root, async () => {
    await mkdir(root, { recursive: true });
    // Not recursive: on a read-only disk that says only that something is missing.
    await mkdir(unfinished).catch((error) => {
      if (!isOneOf(error, 'EEXIST')) throw error;
    });
    await sweep(unfinished);
  });

  const { pathOf, whole, get } = reading(root);

  /** Writes the bytes aside and on to the disk, then lets `publish` give them their name. */
  async function written<T>(
    key: string,
    bytes: Uint8Array,
    publish: (aside: string, path: string) => Promise<T>,
  ): Promise<T> {
    const path = pathOf(key);
    const aside = join(unfinished, randomBytes(12).toString('hex'));
    return explained(root, async () => {
      try {
        const file = await open(aside, 'wx');
        try {
          await file.writeFile(bytes);
          await file.datasync();
        } finally {
          await file.close();
        }
        await mkdir(dirname(path), { recursive: true });
        return await publish(aside, path);
      } finally {
        await rm(aside, { force: true });
      }
    });
  }

  return {
    location: root,

    get,

    async getVersioned(key) {
      const bytes = await whole(pathOf(key));
      return bytes && { bytes, version: versionOf(bytes) };
    },

    put: (key, bytes) => written(key, bytes, rename),

    create: (key, bytes) =>
      written(key, bytes, (aside, path) =>
        // A hard link, unlike a rename, fails where something is there already.
        link(aside, path).then(
          () => true,
          (error) => {
            if (isOneOf(error, 'EEXIST')) return false;
            throw error;
          },
        ),
      ),

    replace: (key, bytes, version) =>
      written(key, bytes, async (aside, path) => {
        const right = await claim(aside, key, version);
        if (right === undefined) return undefined;
        const now = await orAbsent(readFile(path));
        const isCurrent = now !== undefined && versionOf(now) === version;
        const published = isCurrent && (await renamed(aside, path));
        if (published || !isCurrent) await right.drop();
        return published ? versionOf(bytes) : undefined;
      }),

    async *list(prefix) {
      checkPrefix(prefix);
      const within = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      for await (const key of keysUnder(root, within)) {
        if (key.startsWith(prefix)) yield key;
        else if (key > prefix) return;
      }
    },

    async *folders(prefix) {
      checkPrefix(prefix);
      for (const name of await namesIn(root, prefix)) {
        if (!name.endsWith('/')) continue;
        // What is removed leaves its folder.
        for await (const _ of keysUnder(root, prefix + name)) {
          yield name.slice(0, -1);
          break;
        }
      }
    },

    async remove(key) {
      const path = pathOf(key);
      await explained(root, () =>
        rm(path).catch((error) => {
          if (!isOneOf(error, 'ENOENT', 'ENOTDIR', 'ERR_FS_EISDIR')) throw error;
        }),
      );
    },

    async uploadAddress(key, bytes, checksums) {
      checkKey(key);
      checkUploadLength(bytes);
      return signer.address(key, bytes, checksums?.sha256);
    },
  };
}

/** What lies in a folder, to be read alone: nothing is made there. */
export function folderReader(folder: string): Pick<Store, 'location' | 'get'> {
  const root = resolve(folder);
  return { location: root, get: reading(root).get };
}

function reading(root: string) {
  const pathOf = (key: string): string => {
    checkKey(key);
    return join(root, key);
  };
  const whole = (path: string) => explained(root, () => orAbsent(readFile(path)));
  const get: Store['get'] = async (key, range) => {
    const path = pathOf(key);
    if (range === undefined) return whole(path);
    checkRange(range);
    return explained(root, () => orAbsent(readPart(path, range)));
  };
  return { pathOf, whole, get };
}

const versionOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');

/** Whether `from` was still there to be renamed. */
const renamed = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    (error) => {
      if (isOneOf(error, 'ENOENT')) return false;
      throw error;
    },
  );

async function readPart(path: string, range: ByteRange): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = 'last' in range ? Math.max(size - range.last, 0) : Math.min(range.from, size);
    const length = 'last' in range ? size - from : Math.min(range.length, size - from);
    return await readFully(file, from, new Uint8Array(length));
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, from: number, into: Uint8Array): Promise<Uint8Array> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, from + done);
    if (bytesRead === 0) throw new Error('a file ended before its length');
    done += bytesRead;
  }
  return into;
}

/** Undefined where there is no file. */
const orAbsent = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error) => {
    if (isOneOf(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined;
    throw error;
  });

/** Removes what killed processes left half-written. Others may be writing here just now: their files are young. */
async function sweep(unfinished: string): Promise<void> {
  for (const name of await readdir(unfinished)) {
    const path = join(unfinished, name);
    const written = await stat(path).catch(() => undefined);
    if (written && Date.now() - written.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
  }
}

/** Keys below `within` (empty, or ending in `/`), in ascending order. */
async function* keysUnder(root: string, within: string): AsyncIterable<string> {
  for (const name of await namesIn(root, within)) {
    if (name.endsWith('/')) yield* keysUnder(root, within + name);
    else yield within + name;
  }
}

/** What lies in a folder, other folders with a slash at their end, sorted as the keys below them are: `a.b` before `a/b`. */
async function namesIn(root: string, within: string): Promise<string[]> {
  const entries = await explained(root, () =>
    readdir(join(root, within), { withFileTypes: true }).catch((error) => {
      if (isOneOf(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    }),
  );
  return entries
    .filter((entry) => isKeyPart(entry.name))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}

const isOneOf = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException)?.code ?? '');

const FIXES: Readonly<Record<string, string>> = {
  EACCES: 'may not be written or read: give this user rights to it, or choose another folder',
  EPERM: 'may not be written: give this user rights to it, or choose another folder that allows hard links',
  EROFS: 'is read-only: choose a folder on a writable disk',
  ENOSPC: 'is on a full disk: free some space, or choose a folder on another disk',
  EDQUOT: 'is over its quota: free some space, or choose a folder on another disk',
  EMFILE: 'cannot be read: this process has too many files open; raise `ulimit -n`',
  EEXIST: 'has a file where a folder is needed: move that file away, or choose another folder',
  ENOTDIR: 'has an object where a folder is needed: choose a key that does not continue an object’s key',
  EISDIR: 'has a folder where an object is to go: choose a key that other keys do not continue',
  ENOTEMPTY: 'has a folder where an object is to go: choose a key that other keys do not continue',
};

/** Turns what the file system says into one line that names the folder and the fix. */
async function explained<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fix = FIXES[(error as NodeJS.ErrnoException)?.code ?? ''];
    throw new StoreError(
      fix === undefined
        ? `the folder ${root} failed: ${(error as Error).message}; check the disk, or choose another folder`
        : `the folder ${root} ${fix}`,
      { cause: error },
    );
  }
}
