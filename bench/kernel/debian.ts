import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Unavailable } from './contestant.js';

/** A Debian package, and a file that shows it is there. */
export interface DebianPackage {
  readonly name: string;
  readonly file: string;
}

const run = promisify(execFile);

/** Installs what is missing. Throws Unavailable, with the reason, where that is not possible. */
export async function ensurePackages(packages: readonly DebianPackage[]): Promise<void> {
  const missing = await namesOfMissing(packages);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (process.getuid?.() !== 0 || !(await isThere('/usr/bin/apt-get'))) {
    throw new Unavailable(`it takes ${names}, and only root on Debian can install that`);
  }
  console.log(`installing ${names} from Debian`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', '--no-remove', ...missing], {
      env,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').filter(Boolean).at(-1) : error;
    throw new Unavailable(`apt-get does not install ${names}: ${reason}`);
  }
}

async function namesOfMissing(packages: readonly DebianPackage[]): Promise<string[]> {
  const names = await Promise.all(
    packages.map(async ({ name, file }) => ((await isThere(file)) ? [] : [name])),
  );
  return names.flat();
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
