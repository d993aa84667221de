import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, readlink } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^[0-9a-f]{16}$/;

/** Longer paths of sockets are cut off in silence; the least that a platform takes (macOS). */
const MAX_PATH_BYTES = 103;

/**
 * Where one user's peers of one machine find one another's sockets. Nobody else may enter it, and another peer names only the
 * socket, never the folder: it cannot lead us to any other socket of this machine. Undefined where there is no such folder.
 */
export async function meetingFolder(): Promise<string | undefined> {
  const uid = process.getuid?.();
  // Windows has no such users, and pipes in place of sockets, outside all folders.
  if (uid === undefined) return undefined;
  const folder = join(tmpdir(), `groundswell-${uid}-${await networkName()}-${await machineName()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    const isOurs = found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
    return isOurs ? folder : undefined;
  } catch {
    return undefined;
  }
}

export const newSocketName = (): string => randomBytes(8).toString('hex');

/** Undefined where the name is none of those that peers give their sockets, or the folder lies too deep. */
export function socketPath(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return NAME.test(name) && Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : undefined;
}

/** Network namespaces of one machine are kept apart like machines: that is what they are for. */
async function networkName(): Promise<string> {
  const link = await readlink('/proc/self/ns/net').catch(() => 'net');
  return link.replace(/[^0-9a-z]/g, '');
}

/** Hosts may share a folder of temporary files: to each of them the others' sockets look dead, and it would remove them. */
async function machineName(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(hostname);
  return createHash('sha256').update(boot).digest('hex').slice(0, 8);
}
