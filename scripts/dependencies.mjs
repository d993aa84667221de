import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.mjs';
import { commandStep } from './step.mjs';

/** Runs `npm ci` unless what package-lock.json names is installed. */
export async function ensureDependencies() {
  if (await isInstalled()) return;
  await commandStep('install dependencies (npm ci)', npm(), ['ci', '--no-progress', '--loglevel=error']);
}

/**
 * npm writes node_modules/.package-lock.json as the last act of an installation: where it names the versions
 * that package-lock.json names, nothing is missing. Optional packages may be absent: they are not for every platform.
 */
async function isInstalled() {
  const [wanted, installed] = await Promise.all([
    packagesOf('package-lock.json'),
    packagesOf('node_modules/.package-lock.json').catch(() => undefined),
  ]);
  if (!installed) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional === true),
  );
}

async function packagesOf(file) {
  return JSON.parse(await readFile(join(root, file), 'utf8')).packages;
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}
