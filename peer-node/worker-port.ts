import { parentPort, type Worker } from 'node:worker_threads';
import type { Port } from '../shaders/worker/port.js';

/** The worker's own end of the channel to the thread that started it. Throws where this is no worker thread. */
export function portToParent(): Port {
  const parent = parentPort;
  if (!parent) throw new Error('this program runs in a worker thread');
  const port: Port = {
    post: (message, transfer) => parent.postMessage(message, transfer),
    onMessage: () => undefined,
    onClose: () => undefined,
    close: () => parent.close(),
  };
  parent.on('message', (message) => port.onMessage(message));
  return port;
}

/** The other end, of a worker that it owns: closing it ends the worker. */
export function portToWorker(worker: Worker): Port {
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
