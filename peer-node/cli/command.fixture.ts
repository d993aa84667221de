import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

export interface Ended {
  readonly status: number;
  readonly out: string;
  /** Lines of stderr. */
  readonly err: readonly string[];
}

/** A command that goes on, with what it prints under `--json`. */
export interface Running {
  readonly pid: number;
  /** Resolves to the next event of that name; rejects where the command ends before. */
  event(name: string): Promise<Record<string, unknown>>;
  kill(signal: NodeJS.Signals): void;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** The command, bundled as the build does it. */
export class BuiltCommand {
  readonly #path: string;
  readonly #running = new Set<ChildProcess>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Bundles into a folder of dist/ of that name, so that packages are found. */
  static async build(name: string): Promise<BuiltCommand> {
    const outdir = join('dist/test', name);
    await build({
      entryPoints: { groundswell: 'peer-node/cli/main.ts', 'engine-worker': 'peer-node/engine-worker.ts' },
      outdir,
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      loader: { '.wgsl': 'text' },
    });
    return new BuiltCommand(join(outdir, 'groundswell.js'));
  }

  /** Runs it to its end, as a shell would. */
  run(...args: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(process.execPath, [this.#path, ...args], (error, out, err) => {
        const status = error === null ? 0 : Number(error.code);
        resolve({ status, out, err: err.split('\n').filter((line) => line !== '') });
      });
    });
  }

  start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, [this.#path, ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.add(child);
    const events = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      pid: child.pid ?? 0,
      async event(name) {
        for (;;) {
          const { done, value } = await events.next();
          if (done) throw new Error(`the command ended before ${name}`);
          const event = JSON.parse(value) as Record<string, unknown>;
          if (event.event === name) return event;
        }
      },
      kill: (signal) => child.kill(signal),
      ended: once(child, 'exit').then(([code, signal]) => {
        this.#running.delete(child);
        return code ?? signal;
      }),
    };
  }

  /** Ends what a failed test left. */
  async close(): Promise<void> {
    for (const child of this.#running) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
}

/** A port that was free a moment ago. */
export async function portOfNobody(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Processes that `parent` started, by Linux's /proc. */
export async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_, index) => parents[index] === parent);
}

/** Undefined where there is no such process; one that has ended and waits for its parent counts as none. */
async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, state, parent] = /\) (\S) (\d+)/.exec(stat) ?? [];
  return state === 'Z' ? undefined : Number(parent);
}

/** Resolves when none of the processes is left. */
export async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    while (Number.isFinite(await parentOf(pid))) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
