import { parentPort, workerData } from 'node:worker_threads';
import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import type { Port } from '../shaders/worker/port.js';
import { serveEngine } from '../shaders/worker/serve.js';
import type { WorkerEngine } from './engines.js';

// The worker of `openEngine`: one engine, served to the thread that started it.

/** Dawn goes with this object, so it must outlive the engine. */
let dawn: GPU | undefined;

function makeEngine(choice: WorkerEngine): Promise<Engine> {
  switch (choice) {
    case 'wasm':
      return createWasmEngine();
    case 'webgpu':
      return openGpu({ emulated: true });
    case 'gpu':
      return openGpu({ emulated: false });
  }
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

const parent = parentPort;
if (!parent) throw new Error('engine-worker runs in a worker thread, started by openEngine');

const port: Port = {
  post: (message, transfer) => parent.postMessage(message, transfer),
  onMessage: () => undefined,
  onClose: () => undefined,
  close: () => parent.close(),
};
parent.on('message', (message) => port.onMessage(message));
serveEngine(port, () => makeEngine(workerData as WorkerEngine));
