import { Worker } from 'node:worker_threads';
import { EngineError } from '../core/errors.js';
import type { ThrottledEngine } from '../shaders/throttle/engine.js';
import { remoteEngine } from '../shaders/worker/remote.js';
import { portToWorker } from './worker-port.js';

/** `auto`: the GPU where there is a real one, else the processor. `webgpu` takes emulated GPUs too. */
export type EngineChoice = 'auto' | 'webgpu' | 'wasm';

/** What an engine worker is to be. `gpu` is `webgpu`, but no emulation on the processor; or a GPU, by its name. */
export type WorkerRole =
  | {
      readonly kind: 'engine';
      readonly engine: 'gpu' | 'webgpu' | 'wasm' | NamedGpu;
      readonly threads?: number;
      readonly gpuMemory?: number;
    }
  | { readonly kind: 'thread' };

/** A GPU by its name, or a part of it, whatever kind it is. */
export interface NamedGpu {
  readonly gpu: string;
}

export interface OpenEngineOptions {
  /** Threads of the `wasm` engine, 1 or more; as many as the machine has, unless given. */
  readonly threads?: number | undefined;
  /** Bytes that a shard may hold on a GPU; twice the largest array that the GPU binds, unless given. */
  readonly gpuMemory?: number | undefined;
  /** The bundled engine-worker. The build puts it beside the program. */
  readonly worker?: URL;
}

/**
 * An engine in a thread of its own, which ends when the engine is closed.
 * Throws EngineError where the engine chosen cannot be had.
 */
export async function openEngine(
  choice: EngineChoice | NamedGpu,
  options: OpenEngineOptions = {},
): Promise<ThrottledEngine> {
  if (choice !== 'auto') return open(choice, options);
  try {
    return await open('gpu', options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return open('wasm', options);
  }
}

function open(
  engine: Extract<WorkerRole, { kind: 'engine' }>['engine'],
  { threads, gpuMemory, worker = new URL('./engine-worker.js', import.meta.url) }: OpenEngineOptions,
): Promise<ThrottledEngine> {
  const role: WorkerRole = {
    kind: 'engine',
    engine,
    ...(threads !== undefined && { threads }),
    ...(gpuMemory !== undefined && { gpuMemory }),
  };
  return remoteEngine(portToWorker(new Worker(worker, { workerData: role })));
}
