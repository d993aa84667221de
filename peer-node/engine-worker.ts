import { availableParallelism, totalmem } from 'node:os';
import { Worker, workerData } from 'node:worker_threads';
import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import { recoveringEngine } from '../shaders/recovering/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { serveThread } from '../shaders/wasm/thread.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import type { Port } from '../shaders/worker/port.js';
import { serveEngine } from '../shaders/worker/serve.js';
import { coreCacheBytes } from './core-cache.js';
import type { WorkerRole } from './engines.js';
import { gpusIn } from './gpu/adapters.js';
import { loadDawn } from './gpu/dawn.js';
import { workgroupFile } from './gpu/workgroup-file.js';
import { portToParent, portToWorker } from './worker-port.js';

// The worker of `openEngine`: one engine, served to the thread that started it; or one of the threads of such an engine.

/** Dawn goes with this object, so it must outlive the engine. */
let dawn: GPU | undefined;

function makeEngine({
  engine,
  threads,
  gpuMemory,
}: Extract<WorkerRole, { kind: 'engine' }>): Promise<Engine> {
  switch (engine) {
    case 'wasm':
      return openProcessor(threads);
    case 'webgpu':
      return openGpu({ emulated: true }, gpuMemory);
    case 'gpu':
      return openGpu({ emulated: false }, gpuMemory);
    default:
      return openGpu({ emulated: true, name: engine.gpu }, gpuMemory);
  }
}

function openProcessor(count = availableParallelism()): Promise<Engine> {
  const cacheBytes = coreCacheBytes();
  return createWasmEngine({
    ...(count > 1 && { threads: { count, spawn: startThread } }),
    ...(cacheBytes !== undefined && { cacheBytes }),
  });
}

function startThread(): Port {
  const role: WorkerRole = { kind: 'thread' };
  return portToWorker(new Worker(new URL(import.meta.url), { workerData: role }));
}

/** What of this machine's memory may go into keeping one shard, in case its GPU is lost. */
const SHARE_OF_MEMORY = 1 / 4;

interface Wanted {
  /** Emulated ones will do. */
  readonly emulated: boolean;
  readonly name?: string;
}

async function openGpu(wanted: Wanted, memory: number | undefined): Promise<Engine> {
  dawn ??= await loadDawn(wanted.name);
  const gpu = dawn;
  const options = { workgroups: workgroupFile(), ...(memory !== undefined && { memory }) };
  return recoveringEngine({
    open: async () => createWebgpuEngine(await adapterOf(gpu, wanted), options),
    memory: totalmem() * SHARE_OF_MEMORY,
  });
}

async function adapterOf(gpu: GPU, { emulated: emulatedWillDo, name = '' }: Wanted): Promise<GPUAdapter> {
  const adapter = await gpu
    .requestAdapter({ powerPreference: 'high-performance' })
    .catch((error: Error) => Promise.reject(noSuchGpu(name, error)));
  if (!adapter) {
    throw new EngineError('no GPU can be reached: check its Vulkan driver, or use the wasm engine');
  }
  const { device, emulated } = describeAdapter(adapter);
  if (emulated && !emulatedWillDo) {
    throw new EngineError(`${device} is no GPU but the processor playing one: use the wasm engine`);
  }
  return adapter;
}

/** Dawn throws where the adapter that it was told by name is not there, and says which are. */
function noSuchGpu(name: string, { message }: Error): EngineError {
  const others = gpusIn(message).map((gpu) => gpu.name);
  return new EngineError(`there is no GPU called ${name} here; Dawn finds ${others.join(', ') || 'none'}`);
}

const role = workerData as WorkerRole;
const port = portToParent();
switch (role.kind) {
  case 'engine':
    serveEngine(port, () => makeEngine(role));
    break;
  case 'thread':
    serveThread(port);
    break;
}
