import { EngineError } from '../core/errors.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import { serveEngine } from '../shaders/worker/serve.js';
import { requestAdapter } from './engines.js';
import { portToPage } from './worker-port.js';

// The engine in a worker of its own, so that the page stays quick while it computes. The worker's name says which.
serveEngine(portToPage(), () => (self.name === 'webgpu' ? onGpu() : createWasmEngine()));

async function onGpu(): Promise<Engine> {
  const adapter = await requestAdapter(navigator.gpu);
  if (!adapter) throw new EngineError('The browser no longer offers a GPU. Choose the processor.');
  return createWebgpuEngine(adapter);
}
