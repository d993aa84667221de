import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** As built; npm runs tests and programs in the package's folder. */
const COMMAND = 'dist/groundswell.js';

/** A peer in a process of its own: `groundswell join`, as built. */
export class PeerProcess {
  readonly #child: ChildProcess;
  #output = '';

  constructor(url: string, name: string) {
    this.#child = spawn(process.execPath, [COMMAND, 'join', url, '--engine', 'wasm', '--name', name], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  /** No goodbye: the process is gone between two instructions. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to leave. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}
