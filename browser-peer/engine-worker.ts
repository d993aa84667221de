import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import { recoveringEngine } from '../shaders/recovering/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import { serveEngine } from '../shaders/worker/serve.js';
import { requestAdapter } from './engines.js';
import { portToPage } from './worker-port.js';
import { workgroupStore } from './workgroup-store.js';

// The engine in a worker of its own, so that the page stays quick while it computes. The worker's name says which.
serveEngine(portToPage(), () => (self.name === 'webgpu' ? onGpu() : createWasmEngine()));

/** What a tab may take of its visitor's memory to keep a shard, in case the GPU is lost: 1 GiB. */
const MEMORY_TO_KEEP = 2 ** 30;

function onGpu(): Promise<Engine> {
  const workgroups = workgroupStore();
  const open = async () => {
    const adapter = await requestAdapter(navigator.gpu);
    if (!adapter) throw new EngineError('The browser no longer offers a GPU. Choose the processor.');
    return createWebgpuEngine(adapter, { workgroups });
  };
  return recoveringEngine({ open, memory: MEMORY_TO_KEEP });
}
