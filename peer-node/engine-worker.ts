import { availableParallelism } from 'node:os';
import { Worker, workerData } from 'node:worker_threads';
import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { serveThread } from '../shaders/wasm/thread.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import type { Port } from '../shaders/worker/port.js';
import { serveEngine } from '../shaders/worker/serve.js';
import { coreCacheBytes } from './core-cache.js';
import type { WorkerRole } from './engines.js';
import { portToParent, portToWorker } from './worker-port.js';

// The worker of `openEngine`: one engine, served to the thread that started it; or one of the threads of such an engine.

/** Dawn goes with this object, so it must outlive the engine. */
let dawn: GPU | undefined;

function makeEngine({ engine, threads }: Extract<WorkerRole, { kind: 'engine' }>): Promise<Engine> {
  switch (engine) {
    case 'wasm':
      return openProcessor(threads);
    case 'webgpu':
      return openGpu({ emulated: true });
    case 'gpu':
      return openGpu({ emulated: false });
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

async function openGpu(allowed: { emulated: boolean }): Promise<Engine> {
  dawn ??= await loadDawn();
  const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new EngineError('no GPU can be reached: check its Vulkan driver, or use the wasm engine');
  }
  const { device, emulated } = describeAdapter(adapter);
  if (emulated && !allowed.emulated) {
    throw new EngineError(`${device} is no GPU but the processor playing one: use the wasm engine`);
  }
  return createWebgpuEngine(adapter);
}

/** An optional package: not every platform has it ready-built. */
async function loadDawn(): Promise<GPU> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return create([]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(`WebGPU does not load here (${reason}): use the wasm engine`);
  }
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
