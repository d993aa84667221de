import type { EngineKind } from '../shaders/engine.js';
import type { ThrottledEngine } from '../shaders/throttle/engine.js';
import { remoteEngine } from '../shaders/worker/remote.js';
import { portToWorker } from './worker-port.js';

/** An engine in a worker of its own, which ends with it. Throws EngineError where the worker or the device fails. */
export function startEngine(kind: EngineKind): Promise<ThrottledEngine> {
  const script = new URL('engine-worker.js', document.baseURI);
  return remoteEngine(portToWorker(new Worker(script, { type: 'module', name: kind })));
}
