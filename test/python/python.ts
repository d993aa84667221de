import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Debian 13: the first release whose Python zarr reads version 3 of the format. */
const SUITE = 'trixie';
/** boto3 reads results in buckets; what is exported is read by netCDF's own library, and by h5netcdf, which knows HDF5 alone. */
const PACKAGES = [
  'python3-zarr',
  'python3-xarray',
  'python3-fsspec',
  'python3-boto3',
  'python3-netcdf4',
  'python3-h5netcdf',
  'python3-matplotlib',
];

/** The first run on a machine makes the chroot. */
export const FIRST_RUN_MS = 15 * 60_000;

/** A Python that has zarr 3 and xarray. */
export interface Python {
  /**
   * Runs `script` with `args` as its `sys.argv[1:]`, in a copy of `folder`, and resolves to what it prints.
   * Rejects, with what it wrote to stderr, where it fails.
   */
  run(
    script: string,
    options: { readonly folder: string; readonly args?: readonly string[] },
  ): Promise<string>;
}

/**
 * The Python of a Debian chroot, made at the first call and kept in `$GROUNDSWELL_CACHE` or /var/cache/groundswell:
 * about a minute and 600 MB, from the mirror that apt uses here. `why` says in a line what keeps this machine from
 * having one; where it could have one and making it fails, the promise rejects, so that no check is lost unnoticed.
 */
export async function ensurePython(): Promise<Python | { readonly why: string }> {
  if (process.getuid?.() !== 0) return { why: 'a Debian chroot is made by root only' };
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(release)) return { why: 'a Debian chroot is made on Debian only' };

  const cache = process.env.GROUNDSWELL_CACHE ?? '/var/cache/groundswell';
  // Of other packages it would be another chroot, which may still be wanted by another checkout.
  const root = join(
    cache,
    `${SUITE}-${createHash('sha256').update(PACKAGES.join()).digest('hex').slice(0, 8)}`,
  );
  if (!(await exists(root))) {
    const mirror = await debianMirror(/^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1]);
    if (mirror === undefined) return { why: "apt's sources name no http mirror of Debian" };
    await mkdir(cache, { recursive: true });
    await makeChroot(root, mirror);
  }
  return { run: (script, { folder, args = [] }) => runInside(root, script, folder, args) };
}

/** Where apt gets the main component of this machine's own release from. */
async function debianMirror(codename: string | undefined): Promise<string | undefined> {
  const { stdout } = await exec('apt-get', [
    'indextargets',
    '--format',
    '$(RELEASE) $(SITE)',
    'Created-By: Packages',
    'Component: main',
  ]);
  return stdout
    .split('\n')
    .map((line) => line.split(' '))
    .find(([release, site]) => release === codename && site?.startsWith('http'))?.[1];
}

/**
 * Built aside and renamed when whole, so `root` is never half made. The lock is the kernel's: a second run waits for
 * the first and finds its work done, and a run that was killed holds nothing. What it left mounted is unmounted first.
 */
async function makeChroot(root: string, mirror: string): Promise<void> {
  const script = `
    set -e
    root="$1" aside="$1.aside"
    test ! -e "$root" || exit 0
    for inside in proc sys; do
      while mountpoint -q "$aside/$inside"; do umount "$aside/$inside"; done
    done
    rm -rf --one-file-system "$aside"
    command -v debootstrap || {
      apt-get update
      apt-get install --yes --no-install-recommends debootstrap
    }
    debootstrap --variant=minbase --include="$2" "$3" "$aside" "$4"
    rm -rf "$aside"/var/cache/apt/archives/*.deb "$aside"/var/lib/apt/lists/*
    mv "$aside" "$root"`;
  const env = { ...(await aptProxy()), ...process.env };
  const made = exec(
    'flock',
    [`${root}.lock`, 'sh', '-c', script, 'make-chroot', root, PACKAGES.join(), SUITE, mirror],
    { env, maxBuffer: 64 * 1024 * 1024 },
  );
  await made.catch((cause: { stdout?: string; stderr?: string }) => {
    const said = `${cause.stdout ?? ''}\n${cause.stderr ?? ''}`.trim().split('\n');
    throw new Error(`the Debian chroot could not be made: ${said.slice(-3).join('; ')}`, { cause });
  });
}

/** debootstrap does not read apt's configuration. */
async function aptProxy(): Promise<{ http_proxy?: string }> {
  const { stdout } = await exec('apt-config', ['shell', 'proxy', 'Acquire::http::Proxy']);
  const proxy = /^proxy='(http.*)'$/m.exec(stdout)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy };
}

async function runInside(
  root: string,
  script: string,
  folder: string,
  args: readonly string[],
): Promise<string> {
  const copy = await mkdtemp(join(root, 'tmp', 'run-'));
  try {
    await cp(folder, copy, { recursive: true });
    const inside = join('/', relative(root, copy));
    const python = ['python3', '-c', script, ...args];
    const { stdout } = await exec(
      'chroot',
      [root, 'env', '-i', '-C', inside, 'HOME=/root', 'LC_ALL=C.UTF-8', 'PATH=/usr/bin', ...python],
      {
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return stdout;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
