import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { KEY_BYTES } from '../../core/trust/statement/ed25519.js';

/** In the user's state folder, by the XDG Base Directory Specification. */
export function keyFilePath(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: state = '' } = env;
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'groundswell', 'key');
}

/**
 * The secret of this device's key, made when it is first asked for and readable by its user alone. Of peers that start at
 * once, all get the same. Rejects with the system's error where the file can be neither read nor made, RangeError where it holds no key.
 */
export async function readOrMakeKey(path = keyFilePath()): Promise<Uint8Array> {
  const known = await readKey(path);
  if (known) return known;
  const made = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(made, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(made);
  }
  const key = await readKey(path);
  if (!key) throw new RangeError(`${path} is gone again`);
  return key;
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (/^[0-9a-f]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  throw new RangeError(`${path} holds no key of ${KEY_BYTES} bytes; remove it, and a new one is made`);
}
