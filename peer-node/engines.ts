import { Worker } from 'node:worker_threads';
import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import type { Port } from '../shaders/worker/port.js';
import { remoteEngine } from '../shaders/worker/remote.js';

/** `auto`: the GPU where there is a real one, else the processor. `webgpu` takes emulated GPUs too. */
export type EngineChoice = 'auto' | 'webgpu' | 'wasm';

/** What an engine worker is told to open. `gpu` is `webgpu`, but no emulation on the processor; or a GPU, by its name. */
export type WorkerEngine = 'gpu' | 'webgpu' | 'wasm' | NamedGpu;

/** A GPU by its name, or a part of it, whatever kind it is. */
export interface NamedGpu {
  readonly gpu: string;
}

/**
 * An engine in a thread of its own, which ends when the engine is closed.
 * `worker` is the bundled engine-worker, which the build puts beside the program.
 * Throws EngineError where the engine chosen cannot be had.
 */
export async function openEngine(
  choice: EngineChoice | NamedGpu,
  worker = new URL('./engine-worker.js', import.meta.url),
): Promise<Engine> {
  if (choice !== 'auto') return open(choice, worker);
  try {
    return await open('gpu', worker);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return open('wasm', worker);
  }
}

function open(engine: WorkerEngine, url: URL): Promise<Engine> {
  return remoteEngine(portOf(new Worker(url, { workerData: engine })));
}

function portOf(worker: Worker): Port {
  const port: Port = {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: () => undefined,
    onClose: () => undefined,
    close: () => void worker.terminate(),
  };
  worker.on('message', (message) => port.onMessage(message));
  worker.on('error', (error: Error) => port.onClose(error.message));
  worker.on('exit', (code) => port.onClose(`it left with code ${code}`));
  return port;
}
