import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** npm runs tests and programs in the package's folder. */
const COMMAND = 'dist/groundswell.js';

/** What is added to this process's own. */
type Environment = Readonly<Record<string, string>>;

/** The command in a process of its own, as built. */
class CommandProcess {
  readonly #child: ChildProcess;
  #output = '';

  constructor(args: readonly string[], env: Environment = {}) {
    this.#child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#output;
  }

  /** No goodbye: the process is gone between two instructions. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Without waiting for what comes of it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit status, once it has ended by itself. */
  get ended(): Promise<number | null> {
    if (this.#child.exitCode !== null) return Promise.resolve(this.#child.exitCode);
    return once(this.#child, 'exit').then(([status]) => status as number | null);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}

/** `groundswell join` */
export class PeerProcess extends CommandProcess {
  /** `urls`: of the room's coordinator, or of several of which one works. `more`: further options. */
  constructor(urls: string | readonly string[], name: string, more: readonly string[] = []) {
    super(['join', ...[urls].flat(), '--engine', 'wasm', '--name', name, ...more]);
  }
}

/** `groundswell serve` */
export class CoordinatorProcess extends CommandProcess {
  constructor(folder: string, port: number, env?: Environment) {
    super(['serve', '--data', folder, '--port', String(port)], env);
  }
}

/** `groundswell submit --wait`, with the token of the coordinator's folder. */
export class SubmitProcess extends CommandProcess {
  constructor(job: string, url: string, folder: string, env?: Environment) {
    super(['submit', job, '--url', url, '--data', folder, '--wait'], env);
  }
}
