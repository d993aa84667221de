import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Runner, Unavailable } from './contestant.js';
import { type DebianPackage, ensurePackages } from './debian.js';
import { Program } from './program.js';

const run = promisify(execFile);

/** From the repository's folder, where benchmarks run. */
const SOURCES = 'bench/kernel/comparators';
/** Debian's own: its packages belong to no other Python. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = '/usr/lib/python3/dist-packages';

const gcc: readonly DebianPackage[] = [
  { name: 'gcc', file: '/usr/bin/gcc' },
  { name: 'libc6-dev', file: '/usr/include/stdio.h' },
];
const numpy: DebianPackage = { name: 'python3-numpy', file: `${PACKAGES}/numpy` };
const numba: DebianPackage = { name: 'python3-numba', file: `${PACKAGES}/numba` };
/** Meep's package names neither what starts two processes nor what its Python side imports. */
const meep: readonly DebianPackage[] = [
  { name: 'python3-meep-mpi-default', file: `${PACKAGES}/meep` },
  { name: 'openmpi-bin', file: '/usr/bin/mpirun' },
  { name: 'python3-mpi4py', file: `${PACKAGES}/mpi4py` },
  { name: 'python3-matplotlib', file: `${PACKAGES}/matplotlib` },
  { name: 'python3-scipy', file: `${PACKAGES}/scipy` },
];

/** Instructions that a C comparator may use: all that this machine has, or those of a class of machines. */
export type Instructions = 'native' | 'sse2' | 'avx2';

const machineFlags: Readonly<Record<Instructions, string>> = {
  native: '-march=native',
  sse2: '-march=x86-64',
  avx2: '-march=haswell',
};

/** Products are not contracted into sums, so that C rounds as WebAssembly does. */
const FLAGS = ['-std=gnu11', '-O3', '-fopenmp', '-ffp-contract=off'];

/** Starts comparators with `threads` threads each, from programs that it compiles into a folder of its own. */
export class Comparators {
  private constructor(
    private readonly folder: string,
    private readonly threads: number,
  ) {}

  static async open(threads: number): Promise<Comparators> {
    return new Comparators(await mkdtemp(join(tmpdir(), 'groundswell-bench-')), threads);
  }

  /** `comparators/NAME.c`, compiled and started. Throws Unavailable without gcc, or where the machine lacks the instructions. */
  async c(name: string, instructions: Instructions, args: readonly (string | number)[]): Promise<Program> {
    await ensurePackages(gcc);
    if (instructions !== 'native') await requireInstructions(instructions);
    const program = join(this.folder, `${name}-${instructions}`);
    await run('/usr/bin/gcc', [...FLAGS, machineFlags[instructions], `${SOURCES}/${name}.c`, '-o', program]);
    return new Program([program, ...args.map(String)], this.threads);
  }

  async numba(n: number, loop: 'cells' | 'rows'): Promise<Program> {
    await ensurePackages([numpy, numba]);
    return this.python('numba_wave', [n, loop]);
  }

  async numpy(n: number, threads: number): Promise<Program> {
    await ensurePackages([numpy]);
    return this.python('numpy_wave', [n, threads]);
  }

  /** Meep on n² cells, in as many processes as others have threads. It is started anew each time, because waiting it would keep the processors busy. */
  async meep(n: number): Promise<Runner> {
    await ensurePackages(meep);
    const root = process.getuid?.() === 0 ? ['--allow-run-as-root'] : [];
    const mpi = ['-q', ...root, '--oversubscribe', '--mca', 'plm', 'isolated', '-n', String(this.threads)];
    return {
      async advance(steps) {
        const command = [...mpi, PYTHON, `${SOURCES}/meep_tm.py`, String(n), String(steps)];
        const { stdout } = await run('mpirun', command, { env: { ...process.env, OMP_NUM_THREADS: '1' } });
        const seconds = /^\d+\.\d{9}$/m.exec(stdout)?.[0];
        if (seconds === undefined) throw new Error(`Meep did not say how long it took: ${stdout}`);
        return Number(seconds);
      },
      async close() {},
    };
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private python(name: string, args: readonly (string | number)[]): Program {
    // Without -B Python would leave its caches among the sources.
    return new Program([PYTHON, '-B', `${SOURCES}/${name}.py`, ...args.map(String)], this.threads);
  }
}

async function requireInstructions(wanted: 'sse2' | 'avx2'): Promise<void> {
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  if (!new RegExp(`^flags\\s*:.*\\b${wanted}\\b`, 'm').test(cpu)) {
    throw new Unavailable(`this machine has no ${wanted.toUpperCase()}`);
  }
}
