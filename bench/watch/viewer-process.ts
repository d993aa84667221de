import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Counted, Told } from './viewers.js';

/** Bundled beside the benchmark. */
const PROGRAM = fileURLToPath(new URL('./watchers.js', import.meta.url));

/** Viewers in a process of their own, of the lowest priority: of a processor they get what others leave. */
export class ViewerProcess {
  readonly #child: ChildProcess;
  #frames = 0;

  constructor(told: Told) {
    this.#child = spawn('nice', ['-n', '19', process.execPath, PROGRAM], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', ({ frames }: Counted) => {
      this.#frames = frames;
    });
    this.#child.send(told);
  }

  /** Whole frames that have come to all of them together. */
  get frames(): number {
    return this.#frames;
  }

  /** Resolves once so many frames have come. */
  async seen(frames: number): Promise<void> {
    while (this.#frames < frames) await once(this.#child, 'message');
  }

  async close(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }
}
