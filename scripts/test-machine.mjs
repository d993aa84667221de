import { access, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { commandStep, runQuietly } from './step.mjs';

/** Debian's packages that tests use, and a file that shows each is there. */
const DEBIAN_PACKAGES = [
  { name: 'chromium', file: '/usr/bin/chromium' },
  { name: 'debootstrap', file: '/usr/sbin/debootstrap' },
  { name: 'radosgw', file: '/usr/bin/radosgw' },
  { name: 'ceph-mon', file: '/usr/bin/ceph-mon' },
  { name: 'ceph-osd', file: '/usr/bin/ceph-osd' },
  { name: 'coturn', file: '/usr/bin/turnserver' },
];

/**
 * What the tests need of this machine: a Chromium, a software Vulkan for WebGPU in Node, debootstrap for a Python
 * with zarr 3, Ceph for an S3 server, coturn for a TURN server. As root on Debian what is missing is installed from there, elsewhere Playwright's own Chromium is.
 * `env` is the environment to run tests in, `unchecked` says in words what cannot be tested here.
 */
export async function machineForTests({ install }) {
  const unchecked = [];
  if (install && (await isDebian()) && process.getuid?.() === 0) await installFromDebian();
  const chromium = await findChromium(install);
  const vulkan = chromium && (await softwareVulkan(chromium));
  if (!chromium) unchecked.push('browser peers: no Chromium here');
  if (!vulkan && !process.env.VK_ICD_FILENAMES) unchecked.push('WebGPU in Node: no software Vulkan here');
  if (!(await isThere('/usr/sbin/debootstrap')) || process.getuid?.() !== 0) {
    unchecked.push("results in Python's xarray: that takes root and debootstrap");
  }
  if (!(await isThere('/usr/bin/radosgw'))) {
    unchecked.push("the store in S3: that takes Ceph's radosgw, ceph-mon and ceph-osd");
  }
  if (!(await isThere('/usr/bin/turnserver')))
    unchecked.push('links through a TURN server: that takes coturn');
  return {
    env: {
      ...process.env,
      ...(chromium && { GROUNDSWELL_CHROMIUM: chromium }),
      ...vulkan,
    },
    unchecked,
  };
}

async function installFromDebian() {
  const missing = [];
  for (const { name, file } of DEBIAN_PACKAGES) if (!(await isThere(file))) missing.push(name);
  if (missing.length === 0) return;
  const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await commandStep('refresh the list of Debian packages', 'apt-get', ['update', '-qq'], quiet);
  for (const name of missing) {
    const args = ['install', '-y', '-qq', '--no-install-recommends', name];
    await commandStep(`install Debian package ${name}`, 'apt-get', args, quiet);
  }
}

async function findChromium(install) {
  const named = process.env.GROUNDSWELL_CHROMIUM;
  if (named) return named;
  if (await isThere('/usr/bin/chromium')) return '/usr/bin/chromium';
  const { chromium } = await import('playwright');
  const path = chromium.executablePath();
  if (install && !(await isThere(path))) {
    await runQuietly(process.execPath, [playwrightCommand(), 'install', 'chromium']);
  }
  return (await isThere(path)) ? path : undefined;
}

function playwrightCommand() {
  return join(dirname(new URL(import.meta.resolve('playwright')).pathname), 'cli.js');
}

/** SwiftShader and a Vulkan loader come with Chromium; Dawn finds them through these. A Vulkan that is named already stays. */
async function softwareVulkan(chromium) {
  if (process.env.VK_ICD_FILENAMES) return undefined;
  const folders = ['/usr/lib/chromium', dirname(chromium)];
  for (const folder of folders) {
    const driver = join(folder, 'vk_swiftshader_icd.json');
    if (!(await isThere(driver))) continue;
    const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
    return { LD_LIBRARY_PATH: libraries, VK_ICD_FILENAMES: driver };
  }
  return undefined;
}

async function isDebian() {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID=debian$/m.test(release);
}

async function isThere(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
