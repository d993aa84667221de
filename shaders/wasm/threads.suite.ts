import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { Port } from '../worker/port.js';
import type { ThreadSource } from './crew.js';
import type { Order } from './thread-messages.js';

/** The order at which a thread ends; or that it cannot load. */
export type Flaw = Order['kind'] | 'refuses';

/** Starts real worker threads for a wasm engine. */
export class TestThreads {
  /** Those started so far. */
  readonly workers: Worker[] = [];
  /** What each of them was told, in their order. */
  readonly orders: Order['kind'][][] = [];

  private constructor(private readonly program: string) {}

  static async prepare(): Promise<TestThreads> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('./thread-program.suite.ts', import.meta.url))],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
    });
    return new TestThreads(outputFiles[0]?.text ?? '');
  }

  /** Where `diesAt` is given, a thread ends when it gets such an order. */
  source(count: number, diesAt?: Order['kind']): ThreadSource {
    return { count, spawn: () => this.spawn(diesAt), patienceMs: diesAt ? 200 : 60_000 };
  }

  /** The last of its threads cannot load any shard. */
  sourceWithOneThatRefuses(count: number): ThreadSource {
    let left = count - 1;
    return { count, spawn: () => this.spawn(--left === 0 ? 'refuses' : undefined), patienceMs: 60_000 };
  }

  private spawn(flaw?: Flaw): Port {
    const worker = new Worker(this.program, { eval: true, workerData: flaw });
    this.workers.push(worker);
    const orders: Order['kind'][] = [];
    this.orders.push(orders);
    const port: Port = {
      post: (message, transfer) => {
        orders.push((message as Order).kind);
        worker.postMessage(message, transfer);
      },
      onMessage: () => undefined,
      onClose: () => undefined,
      close: () => void worker.terminate(),
    };
    worker.on('message', (message) => port.onMessage(message));
    worker.on('error', (error: Error) => port.onClose(error.message));
    worker.on('exit', (code) => port.onClose(`it left with code ${code}`));
    return port;
  }
}
