import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { StartState } from './cells.js';
import type { Contestant } from './contestant.js';

/** A comparator in a process of its own, which answers each line with a line: comparators/grid.h says which. */
export class Program implements Contestant {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(
    private readonly command: readonly [string, ...string[]],
    threads: number,
  ) {
    const [file, ...args] = command;
    const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, NUMBA_NUM_THREADS: `${threads}` };
    this.#child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    // Without an answer, `#ask` says that the program ended.
    this.#child.on('error', () => {});
    this.#child.stdin?.on('error', () => {});
    const { stdout } = this.#child;
    if (!stdout) throw new TypeError('a child with a pipe has no stdout');
    this.#answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async start(state: StartState): Promise<void> {
    await this.#ask(`start ${state}`);
  }

  async advance(steps: number): Promise<number> {
    return Number(await this.#ask(`advance ${steps}`));
  }

  async digest(): Promise<number> {
    return Number(await this.#ask('digest'));
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }

  async #ask(line: string): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    const { done, value } = await this.#answers.next();
    if (done) throw new Error(`${this.command.join(' ')} ended instead of answering '${line}'`);
    return value;
  }
}
