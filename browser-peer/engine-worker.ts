import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import { recoveringEngine } from '../shaders/recovering/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { serveThread } from '../shaders/wasm/thread.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import type { Port } from '../shaders/worker/port.js';
import { serveEngine } from '../shaders/worker/serve.js';
import { requestAdapter } from './engines.js';
import { portToPage, portToWorker } from './worker-port.js';
import { workgroupStore } from './workgroup-store.js';

const THREAD = 'thread';

// The engine in a worker of its own, so that the page stays quick while it computes; or one of that engine's threads.
// The worker's name says which.
switch (self.name) {
  case 'webgpu':
    serveEngine(portToPage(), onGpu);
    break;
  case 'wasm':
    serveEngine(portToPage(), onProcessor);
    break;
  case THREAD:
    serveThread(portToPage());
    break;
}

/** Memory can be shared only where the page has been isolated from others; where it has not, one thread computes. */
function onProcessor(): Promise<Engine> {
  const count = self.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  return createWasmEngine(count > 1 ? { threads: { count, spawn: startThread } } : {});
}

function startThread(): Port {
  return portToWorker(new Worker(self.location.href, { type: 'module', name: THREAD }));
}

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
