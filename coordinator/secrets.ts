import { createHmac, randomBytes } from 'node:crypto';
import { access, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../core/errors.js';

/** What the coordinator alone knows. Lies in its folder, readable by its user alone. */
export interface Secrets {
  /** Whoever has it may submit and stop. */
  readonly token: string;
  /** Made just now: the one time to show it. */
  readonly tokenIsNew: boolean;
  /** A key of its own for each purpose, so that no signature serves two. */
  key(purpose: string): Uint8Array;
}

/** Reads the secrets in `folder`; makes those that are missing. @throws StoreError */
export async function openSecrets(folder: string): Promise<Secrets> {
  try {
    await mkdir(folder, { recursive: true });
    const token = await readOrMake(join(folder, 'token'));
    const secret = await readOrMake(join(folder, 'secret'));
    return {
      token: token.value,
      tokenIsNew: token.isNew,
      key: (purpose) => createHmac('sha256', secret.value).update(purpose).digest(),
    };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      `the folder ${folder} cannot hold the coordinator’s token: ${(error as Error).message}; make room there, or choose a folder that this user may write`,
      { cause: error },
    );
  }
}

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

async function readOrMake(path: string): Promise<{ value: string; isNew: boolean }> {
  const fresh = randomBytes(SECRET_BYTES).toString('base64url');
  if (!(await isThere(path)) && (await createWhole(path, `${fresh}\n`))) return { value: fresh, isNew: true };
  const value = (await readFile(path, 'utf8')).trim();
  if (!SECRET.test(value)) {
    throw new StoreError(
      `${path} holds no secret of ${SECRET_BYTES} bytes; remove it, and a new one is made`,
    );
  }
  return { value, isNew: false };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * False where it is there already. Written aside first: whoever is killed meanwhile, or finds the disk full, leaves no
 * half of it, and of two who start together one makes it for both.
 */
async function createWhole(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
